/** What the proxy says of a connection that there was not. Apart from it: whoever asks need not load the proxy. */

/** Header of an answer that comes from the proxy itself; `FilteringProxy.obstruction` has the reason. */
export const obstructionHeader = 'x-sandlot-obstruction';

/** Why there was no connection to a host. */
export interface Obstruction {
  /** True when the policy refused it, false when it could not be reached. */
  readonly refused: boolean;
  readonly reason: string;
}
