import assert from 'node:assert/strict';
import { fuzzWatched } from '../../fuzz/watched';
import { targets } from '../../fuzz/targets';

/** A short form of `npm run fuzz`: the same inputs every time. How long one takes is not asked, only that it ends. */
const short = { runs: 300, seed: 1, guided: false, forMs: 1e9, limitMs: 1e9, hangMs: 60_000 };

describe('what strangers may have written', function () {
  this.timeout(300_000);

  for (const { name } of targets) {
    it(`is read or refused by name, and nothing else: ${name}`, async () => {
      const { runs, taken, failures } = await fuzzWatched(name, short);
      assert.deepEqual(failures, []);
      assert.equal(runs, short.runs);
      // Mutations of which nothing is taken would try nothing behind the first check.
      assert.ok(taken > 0, `${taken} taken`);
    });
  }
});
