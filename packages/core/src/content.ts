/** Content blocks of a tool's answer, as in the MCP specification (server/tools, "Tool Result"). */

/** Text for the model. */
export interface TextContent {
  type: 'text';
  text: string;
}

/** A picture for the model. */
export interface ImageContent {
  type: 'image';
  /** Base64. */
  data: string;
  /** For example `image/png`. */
  mimeType: string;
}

/** A pointer to something that the caller can read elsewhere. */
export interface ResourceLinkContent {
  type: 'resource_link';
  uri: string;
  name: string;
  mimeType?: string;
  description?: string;
}

/** One block of an answer. */
export type Content = TextContent | ImageContent | ResourceLinkContent;
