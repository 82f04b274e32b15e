import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findOnPath } from '../../scripts/lib/onPath';
import { install, mayInstall } from '../harness/system';

const programs = ['slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'munged'];
const packages = ['slurm-wlm', 'munge'];
const nodes = ['n1', 'n2'] as const;
export type Node = (typeof nodes)[number];

/**
 * A Slurm cluster of this machine's own: one controller, and two nodes of one core each on ports of their own. It needs root, as Slurm's
 * daemons do. Everything lies in one temporary folder and ends with `stop`.
 */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(readonly folder: string) {}

  /** Why there can be none here; undefined where there can. Installs Slurm where that needs no password. */
  static lacking(): string | undefined {
    if (process.platform !== 'linux') return 'Slurm runs on Linux.';
    if (process.getuid?.() !== 0) return "Slurm's daemons need root.";
    const has = (): boolean => programs.every((name) => findOnPath([name], withSbin()) !== undefined);
    if (!has() && mayInstall()) install(packages);
    return has() ? undefined : `Install with: apt-get install -y ${packages.join(' ')}`;
  }

  static async start(): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(mkdtempSync(path.join(tmpdir(), 'adapter-lab-slurm-')));
    try {
      await cluster.configure();
      await cluster.startDaemons();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** What Slurm's programs need to find this cluster. */
  get env(): Record<string, string> {
    return { SLURM_CONF: this.at('slurm.conf'), PATH: withSbin()['PATH'] ?? '' };
  }

  /** Lines of `squeue` in a format of its own. */
  squeue(format: string): string[] {
    const args = ['--array', '--noheader', `--format=${format}`];
    return this.run('squeue', args)
      .split('\n')
      .filter((line) => line !== '');
  }

  run(program: string, args: readonly string[]): string {
    return execFileSync(program, args, { env: { ...process.env, ...this.env }, encoding: 'utf8' });
  }

  /** As a power cut: the node's daemon and all that it has started are gone at once. */
  killNode(node: Node): void {
    const jobs = this.processesOf(node);
    this.daemons.get(node)?.kill('SIGKILL');
    for (const pid of [...jobs.map(parentOf), ...jobs]) if (pid > 1) killHard(pid);
  }

  /** As a cut cable: the controller hears no more of the node, and what it works on goes on. */
  isolateNode(node: Node): void {
    this.daemons.get(node)?.kill('SIGKILL');
  }

  async startNode(node: Node): Promise<void> {
    this.daemon(node, 'slurmd', ['-D', '-N', node, '-f', this.at('slurm.conf')]);
    await this.until(() => this.stateOf(node).startsWith('idle'), `node ${node}`);
  }

  stateOf(node: Node): string {
    return this.run('sinfo', ['--noheader', '--format=%t', '--nodes', node]).trim();
  }

  async stop(): Promise<void> {
    try {
      this.run('scancel', [
        '--state=RUNNING',
        '--state=PENDING',
        '--signal=KILL',
        '--full',
        `--user=${os.userInfo().username}`,
      ]);
    } catch {
      // The controller is gone already.
    }
    for (const node of nodes) for (const pid of this.processesOf(node)) killHard(pid);
    for (const daemon of [...this.daemons.values()].reverse()) {
      const isGone = daemon.exitCode !== null || daemon.signalCode !== null;
      if (!isGone) daemon.kill('SIGKILL');
    }
    await sleep(200);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Processes of jobs on a node, by the environment that Slurm gives them. */
  processesOf(node: Node): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0)
      .filter((pid) => {
        const words = readOr(`/proc/${pid}/environ`).split('\0');
        return (
          words.includes(`SLURM_JOB_NODELIST=${node}`) &&
          words.includes(`SLURM_CONF=${this.at('slurm.conf')}`)
        );
      });
  }

  private at(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  private async configure(): Promise<void> {
    const host = os.hostname().split('.')[0] ?? 'localhost';
    const [controller, ...ports] = await freePorts(1 + nodes.length);
    for (const name of ['state', ...nodes.map((node) => `spool-${node}`)]) mkdirSync(this.at(name));
    writeFileSync(this.at('munge.key'), randomBytes(1024), { mode: 0o400 });
    const lines = [
      'ClusterName=adapterlab',
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmctldPort=${controller}`,
      'SlurmUser=root',
      'AuthType=auth/munge',
      // A job that is put back waits until nothing can come of its old credential: two minutes otherwise.
      `AuthInfo=socket=${this.at('munge.socket')},cred_expire=5`,
      'MpiDefault=none',
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_CPU',
      'SwitchType=switch/none',
      'ReturnToService=2',
      'KillWait=5',
      // A node that is silent for so long is down, and its jobs are put back.
      'SlurmdTimeout=5',
      'MessageTimeout=5',
      'SchedulerParameters=batch_sched_delay=0,sched_min_interval=10000',
      `StateSaveLocation=${this.at('state')}`,
      `SlurmctldPidFile=${this.at('slurmctld.pid')}`,
      `SlurmctldLogFile=${this.at('slurmctld.log')}`,
      `SlurmdPidFile=${this.at('slurmd-%n.pid')}`,
      `SlurmdLogFile=${this.at('slurmd-%n.log')}`,
      `SlurmdSpoolDir=${this.at('spool-%n')}`,
      ...nodes.map(
        (node, n) =>
          `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[n]} CPUs=1 State=UNKNOWN`,
      ),
      `PartitionName=main Nodes=${nodes.join(',')} Default=YES MaxTime=INFINITE State=UP`,
    ];
    writeFileSync(this.at('slurm.conf'), `${lines.join('\n')}\n`);
  }

  private async startDaemons(): Promise<void> {
    const file = (name: string): string => this.at(`munged.${name}`);
    const options = {
      'key-file': this.at('munge.key'),
      'pid-file': file('pid'),
      'log-file': file('log'),
      'seed-file': file('seed'),
    };
    this.daemon('munged', 'munged', [
      // It minds who else may write into the folders above; those of a test are its own.
      ...['--foreground', '--force', `--socket=${this.at('munge.socket')}`],
      ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ]);
    await this.until(() => existsSync(this.at('munge.socket')), 'munged');
    this.daemon('slurmctld', 'slurmctld', ['-D', '-f', this.at('slurm.conf')]);
    await this.until(() => this.run('scontrol', ['ping']).includes('UP'), 'the controller');
    for (const node of nodes) await this.startNode(node);
  }

  private daemon(name: string, program: string, args: readonly string[]): void {
    this.daemons.set(name, spawn(program, args, { env: { ...process.env, ...this.env }, stdio: 'ignore' }));
  }

  private async until(isSo: () => boolean, what: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      try {
        if (isSo()) return;
      } catch {
        // Not yet.
      }
      await sleep(100);
    }
    throw new Error(`Waited 30 s for ${what}:\n${readOr(this.at('slurmctld.log')).slice(-2000)}`);
  }
}

/** Debian puts daemons where an ordinary search does not look. */
const withSbin = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH']}:/usr/sbin:/sbin`,
});

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)/m.exec(readOr(`/proc/${pid}/status`))?.[1] ?? 0);

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}
