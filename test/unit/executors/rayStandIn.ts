import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';

interface Job {
  readonly child: ChildProcess;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
}

/**
 * Speaks as much of Ray's Jobs interface as an executor uses, and runs the jobs: `POST /api/jobs/` with `submission_id` and
 * `entrypoint`, `GET /api/jobs/{id}`, `POST /api/jobs/{id}/stop`. It is no Ray: it holds our side to the interface.
 */
export class RayStandIn {
  private readonly jobs = new Map<string, Job>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        const [status, body] = this.answer(request.method ?? '', request.url ?? '', text);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<RayStandIn> {
    const ray = new RayStandIn();
    await new Promise<void>((resolve) => ray.server.listen(0, '127.0.0.1', resolve));
    return ray;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  stop(): void {
    for (const { child } of this.jobs.values()) child.kill('SIGKILL');
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(method: string, url: string, text: string): [number, unknown] {
    if (method === 'POST' && url === '/api/jobs/') {
      const { submission_id: id, entrypoint } = JSON.parse(text) as {
        submission_id: string;
        entrypoint: string;
      };
      if (this.jobs.has(id)) return [500, `Job with submission_id ${id} already exists`];
      const job: Job = {
        child: spawn('sh', ['-c', `exec ${entrypoint}`], { stdio: 'ignore' }),
        status: 'RUNNING',
      };
      job.child.on('exit', (code) => {
        if (job.status === 'RUNNING') job.status = code === 0 ? 'SUCCEEDED' : 'FAILED';
      });
      this.jobs.set(id, job);
      return [200, { job_id: null, submission_id: id }];
    }
    const [, id = '', stops] = /^\/api\/jobs\/([^/]+)(\/stop)?$/.exec(url) ?? [];
    const job = this.jobs.get(decodeURIComponent(id));
    if (job === undefined) return [404, `Job ${id} does not exist`];
    if (method === 'POST' && stops) {
      const stopped = job.status === 'RUNNING';
      if (stopped) job.status = 'STOPPED';
      job.child.kill('SIGTERM');
      return [200, { stopped }];
    }
    return [200, { submission_id: id, status: job.status }];
  }
}
