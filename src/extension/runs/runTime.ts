/** When a run began, in words: "01:28" for one of today, with its date for another. */
export function runTime(createdAt: string, now = new Date()): string {
  const then = new Date(createdAt);
  const time = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === now.toDateString()) return time;
  return `${then.toLocaleDateString('en-CA')} ${time}`;
}
