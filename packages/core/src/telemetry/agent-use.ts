/** CPU time, memory and processes by agent: what the process trees of a server use, added up by the principal that they belong to. */
import { listProc, readProc, tagOf } from '../processes/index.ts';
import { meter, type Recorder } from './recorder.ts';

/** A process tree and whose it is. */
export interface OwnedTree {
  readonly principal: string;
  /** What marks its processes. */
  readonly tag: number;
}

/** Linux counts CPU time for programs in this many ticks a second, whatever the kernel's own clock is. */
const ticksPerSecond = 100;

/** Looks at the trees whenever metrics are asked for. */
export class AgentUse implements Disposable {
  readonly #server: string;
  readonly #trees: () => readonly OwnedTree[];
  readonly #stop: () => void;
  readonly #seconds = new Map<string, number>();
  /** CPU seconds of a tree that are counted already. */
  readonly #counted = new Map<number, number>();
  readonly #recorder: Recorder;

  /**
   * @param server name of the server
   * @param trees the trees that there are at the moment
   */
  constructor(server: string, trees: () => readonly OwnedTree[], recorder: Recorder = meter) {
    this.#server = server;
    this.#trees = trees;
    this.#recorder = recorder;
    this.#stop = recorder.onLook(() => this.#look());
  }

  /** Counts what a tree used in its whole life; until then, it is counted as far as it was seen. */
  ended({ principal, tag }: OwnedTree, cpuSeconds: number): void {
    this.#count(principal, tag, cpuSeconds);
    this.#counted.delete(tag);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #look(): void {
    const trees = this.#trees();
    const uses = trees.length > 0 ? usesByTag() : new Map<number, Use>();
    const agents = new Map<string, Use>();
    for (const { principal, tag } of trees) {
      const { cpu, memory, processes } = uses.get(tag) ?? nothing;
      this.#count(principal, tag, cpu);
      const sum = agents.get(principal) ?? nothing;
      agents.set(principal, { cpu: 0, memory: sum.memory + memory, processes: sum.processes + processes });
    }
    for (const tag of this.#counted.keys()) if (!trees.some((tree) => tree.tag === tag)) this.#counted.delete(tag);
    this.#recorder.clear('sandlot.agent.memory.usage');
    this.#recorder.clear('sandlot.agent.processes');
    for (const [principal, { memory, processes }] of agents) {
      const labels = { 'sandlot.principal': principal, 'sandlot.server': this.#server };
      this.#recorder.set('sandlot.agent.memory.usage', memory, labels);
      this.#recorder.set('sandlot.agent.processes', processes, labels);
    }
  }

  /** A tree's sum falls when a member leaves it; the counter does not. */
  #count(principal: string, tag: number, now: number): void {
    const more = Math.max(0, now - (this.#counted.get(tag) ?? 0));
    this.#counted.set(tag, Math.max(now, this.#counted.get(tag) ?? 0));
    const total = (this.#seconds.get(principal) ?? 0) + more;
    this.#seconds.set(principal, total);
    this.#recorder.set('sandlot.agent.cpu.time', total, { 'sandlot.principal': principal, 'sandlot.server': this.#server });
  }
}

interface Use {
  readonly cpu: number;
  readonly memory: number;
  readonly processes: number;
}
const nothing: Use = { cpu: 0, memory: 0, processes: 0 };

/** Every marked process, in one pass. */
function usesByTag(): ReadonlyMap<number, Use> {
  const uses = new Map<number, Use>();
  for (const pid of listProc()) {
    const tag = tagOf(pid);
    if (tag === undefined) continue;
    const { cpu, memory, processes } = uses.get(tag) ?? nothing;
    uses.set(tag, { cpu: cpu + cpuOf(pid), memory: memory + residentOf(pid), processes: processes + 1 });
  }
  return uses;
}

/** With that of the children that it waited for: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
function cpuOf(pid: number): number {
  const stat = readProc(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
}

function residentOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}
