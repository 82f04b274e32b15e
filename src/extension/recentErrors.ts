import type { ErrorCode, LabError } from '../shared/errors';

/** An error by its code alone: what its words name is the user's. */
export interface RecentError {
  /** ISO 8601. */
  readonly at: string;
  readonly code: ErrorCode;
}

const most = 10;

/** The last few errors of one kind, oldest first, for a report. */
export class RecentErrors {
  readonly list: RecentError[] = [];

  add({ code }: LabError): void {
    if (this.list.push({ at: new Date().toISOString(), code }) > most) this.list.shift();
  }
}
