/**
 * An engine that answers `hello` and `devices` as it should, with `GARBLED` (a JSON array of messages) before each answer: what the
 * client then makes of it is what is tested.
 */
const garbled = JSON.parse(process.env.GARBLED ?? '[]');
const hello = {
  protocol: Number(process.env.PROTOCOL),
  version: 'garbling',
  node: process.versions.node,
  pid: process.pid,
};

process.on('disconnect', () => process.exit(0));
process.on('message', ({ id, method }) => {
  if (method !== 'hello' && method !== 'devices') return;
  if (method === 'devices') for (const message of garbled) process.send(message);
  process.send({ jsonrpc: '2.0', id, result: method === 'hello' ? hello : { devices: [] } });
});
