/** Limits for every command, as bash and the kernel hold them. */

/** Limits of one command; 0 is none. */
export interface CommandLimits {
  /** Seconds on the CPU of one process. */
  cpuSeconds: number;
  /** Address space of one process, in MiB. */
  memoryMb: number;
  /** Size of a file that is written, in MiB. */
  fileMb: number;
  /** Processes of one command, its background children included. */
  children: number;
}

/** Arguments of `ulimit`. */
export function toUlimits({ cpuSeconds, memoryMb, fileMb }: CommandLimits): string[] {
  return [
    ...(cpuSeconds > 0 ? [`-t ${cpuSeconds}`] : []),
    ...(memoryMb > 0 ? [`-v ${memoryMb * 1024}`] : []),
    ...(fileMb > 0 ? [`-f ${fileMb * 1024}`] : []),
  ];
}
