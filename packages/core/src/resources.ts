/** Resources of a server: things with a URI that clients list, read and are told about when they change. */
import type { ToolContext } from './context.ts';

/** A resource as `resources/list` shows it (MCP schema 2026-07-28, `Resource`). */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
}

/** A pattern of URIs (`ResourceTemplate`). */
export interface ResourceTemplate {
  /** RFC 6570. */
  readonly uriTemplate: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** What a resource holds (`TextResourceContents`, `BlobResourceContents`). */
export type ResourceContents = { readonly uri: string; readonly mimeType?: string } & (
  | { readonly text: string }
  | { /** Base64. */ readonly blob: string }
);

/** What a server gives to {@link defineServer} to offer resources. */
export interface Resources<Domain = unknown> {
  /** What a caller must be allowed, for example `file:read`. */
  readonly scope: string;
  readonly templates: readonly ResourceTemplate[];
  /** The resources that are worth listing, in one bounded list. */
  list(ctx: ToolContext<Domain>): Promise<readonly Resource[]>;
  /** @throws ToolError NOT_FOUND for a URI that leads to nothing */
  read(uri: string, ctx: ToolContext<Domain>): Promise<readonly ResourceContents[]>;
  /** Calls `onUpdate` after each change, also when it is made or deleted, until the returned function is called. */
  watch(uri: string, onUpdate: () => void, ctx: ToolContext<Domain>): Promise<() => void>;
}
