/** How this process is confined, as the kernel tells it. See proc_pid_status(5), capabilities(7), cgroups(7). */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Check, check } from './check.ts';

/** What is confined. @param agentUser `uid:gid` under which servers run; undefined for the gateway's own */
export async function confinement(agentUser: string | undefined): Promise<Check[]> {
  if (process.platform !== 'linux') {
    return [check('linux', 'Linux', false, process.platform, 'Run the image for confinement: docker/README.md.')];
  }
  const status = read('/proc/self/status');
  const field = (name: string) => new RegExp(String.raw`^${name}:\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
  const uid = process.getuid?.() ?? 0;
  const capabilities = BigInt(`0x${field('CapEff') || '0'}`);
  const separate = agentUser !== undefined;
  return [
    check(
      'container',
      'Runs in a container',
      isContainer(),
      isContainer() ? 'yes' : 'no',
      'Whatever agents do here, they do to this machine. Run the image.',
    ),
    check(
      'user',
      'Agents run as a user that is not root',
      uid !== 0 || separate,
      separate ? `gateway ${uid}, agents ${agentUser}` : `everything as uid ${uid}`,
      'Run as another user (docker run --user 1000:0), or name one with --agent-user.',
    ),
    check(
      'separation',
      'Agents cannot reach the gateway: two users',
      separate && agentUser.split(':')[0] !== String(uid),
      separate ? `agents run as ${agentUser}` : 'one user for the gateway and for agents',
      "Start the container as root with the capabilities that docker/README.md names, so that agents get a user of their own. Where that is not allowed, agents can read the gateway's keys and audit files.",
    ),
    check(
      'capabilities',
      'No capabilities',
      capabilities === 0n || separate,
      capabilities === 0n ? 'none' : `CapEff ${field('CapEff')}${separate ? ', for the gateway only' : ''}`,
      'docker run --cap-drop ALL',
    ),
    check(
      'no-new-privileges',
      'No new privileges',
      field('NoNewPrivs') === '1',
      field('NoNewPrivs') === '1' ? 'set' : 'not set',
      'docker run --security-opt no-new-privileges',
    ),
    check(
      'seccomp',
      'System calls are filtered',
      field('Seccomp') === '2',
      ['off', 'strict', 'filter'][Number(field('Seccomp'))] ?? 'unknown',
      'docker run --security-opt seccomp=docker/seccomp.json',
    ),
    check(
      'read-only',
      'The root file system is read-only',
      isReadOnly('/'),
      isReadOnly('/') ? 'yes' : 'no',
      'docker run --read-only with the writable mounts of docker/README.md',
    ),
    limit('memory', 'Memory is limited', ['memory.max', 'memory/memory.limit_in_bytes'], 'docker run --memory 4g'),
    limit('processes', 'Processes are limited', ['pids.max', 'pids/pids.max'], 'docker run --pids-limit 2000'),
    limit('cpu', 'CPU time is limited', ['cpu.max', 'cpu/cpu.cfs_quota_us'], 'docker run --cpus 2'),
    await chromiumSandbox(uid),
  ];
}

/** Chromium makes a second namespace inside the first for each of its own processes; as root it needs one around itself. */
async function chromiumSandbox(uid: number): Promise<Check> {
  const nested = ['--user', '--pid', '--net', '--fork', 'true'];
  const args = uid === 0 ? ['--user', '--map-user=1000', '--map-group=1000', '--', 'unshare', ...nested] : nested;
  const possible = await promisify(execFile)('unshare', args, { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
  const mode = possible ? (uid === 0 ? 'user-namespace' : 'on') : uid === 0 ? 'off' : 'refused';
  const details = {
    on: 'on: user namespaces can be made',
    'user-namespace': 'user-namespace: Chromium runs in one, because this is root',
    off: 'off: this is root, and user namespaces cannot be made',
    refused: 'user namespaces cannot be made: the browser refuses to start without --no-sandbox',
  };
  return check(
    'chromium-sandbox',
    "Chromium's own sandbox",
    possible,
    details[mode],
    'docker run --security-opt seccomp=docker/seccomp.json; on Ubuntu 23.10 and later also sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  );
}

/** A limit of the cgroup, of version 2 or 1. */
function limit(id: string, title: string, files: readonly string[], fix: string): Check {
  const found = files.map((name) => read(`/sys/fs/cgroup/${name}`).trim()).find((text) => text !== '') ?? '';
  // Version 1 says no limit with -1, or with a number close to the largest there is.
  const limited = found !== '' && !/^(?:max|-1)/.test(found) && Number(found.split(' ')[0]) < 2 ** 60;
  return check(id, title, limited, limited ? found : 'no limit', fix);
}

function isContainer(): boolean {
  return (
    ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'].some((path) => existsSync(path)) ||
    /docker|kubepods|containerd|libpod/.test(read('/proc/1/cgroup'))
  );
}

function isReadOnly(path: string): boolean {
  const line = read('/proc/self/mounts')
    .split('\n')
    .findLast((text) => text.split(' ')[1] === path);
  return line?.split(' ')[3]?.split(',').includes('ro') ?? false;
}

/** True for a folder that exists and can be written. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
