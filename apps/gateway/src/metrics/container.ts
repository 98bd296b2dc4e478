/** What the container as a whole uses: cgroup files, pressure (PSI) and the workspace's file system. What there is not is left out. */
import { readFile, statfs } from 'node:fs/promises';
import type { Recorder } from '@sandlot/core/telemetry';

const cgroup = '/sys/fs/cgroup';

/** Puts everything into the recorder. @param workspace absolute path */
export async function lookAtContainer(recorder: Recorder, workspace: string): Promise<void> {
  const [cpu, memory, limit, events, io] = await Promise.all(
    ['cpu.stat', 'memory.current', 'memory.max', 'memory.events', 'io.stat'].map((name) => read(`${cgroup}/${name}`)),
  );
  const used = field(cpu, 'usage_usec');
  if (used !== undefined) recorder.set('container.cpu.time', used / 1e6, {});
  if (memory) recorder.set('container.memory.usage', Number(memory), {});
  // "max" stands for no limit.
  if (limit && /^\d/.test(limit)) recorder.set('sandlot.memory.limit', Number(limit), {});
  const kills = field(events, 'oom_kill');
  if (kills !== undefined) recorder.set('sandlot.oom_kills', kills, {});
  if (used === undefined) await lookAtVersion1(recorder);
  for (const [direction, name] of [
    ['read', 'rbytes'],
    ['write', 'wbytes'],
  ] as const) {
    // One line a disk.
    const found = [...(io ?? '').matchAll(new RegExp(`${name}=(\\d+)`, 'g'))];
    if (found.length > 0)
      recorder.set('container.disk.io', sum(found.map(([, bytes]) => Number(bytes))), { 'disk.io.direction': direction });
  }
  for (const resource of ['cpu', 'memory', 'io']) {
    const text = (await read(`${cgroup}/${resource}.pressure`)) ?? (await read(`/proc/pressure/${resource}`));
    const total = /^some .*total=(\d+)/m.exec(text ?? '')?.[1];
    if (total !== undefined) recorder.set('sandlot.pressure.time', Number(total) / 1e6, { resource });
  }
  const space = await statfs(workspace).catch(() => undefined);
  if (!space) return;
  recorder.set('container.filesystem.capacity', space.blocks * space.bsize, {});
  recorder.set('container.filesystem.available', space.bavail * space.bsize, {});
}

/** A limit above this is none. */
const mostMemory = 2 ** 60;

/** The same of cgroup v1. The root of its mount is the container's own, unless this process is in the root of the machine. */
async function lookAtVersion1(recorder: Recorder): Promise<void> {
  if (!/^\d+:memory:\/./m.test((await read('/proc/self/cgroup')) ?? '')) return;
  const [cpu, memory, limit, control] = await Promise.all(
    ['cpuacct/cpuacct.usage', 'memory/memory.usage_in_bytes', 'memory/memory.limit_in_bytes', 'memory/memory.oom_control'].map((name) =>
      read(`${cgroup}/${name}`),
    ),
  );
  if (cpu) recorder.set('container.cpu.time', Number(cpu) / 1e9, {});
  if (memory) recorder.set('container.memory.usage', Number(memory), {});
  if (limit && Number(limit) < mostMemory) recorder.set('sandlot.memory.limit', Number(limit), {});
  const kills = field(control, 'oom_kill');
  if (kills !== undefined) recorder.set('sandlot.oom_kills', kills, {});
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function field(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(String.raw`^${name} (\d+)$`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
