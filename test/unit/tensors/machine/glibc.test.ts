import assert from 'node:assert/strict';
import { dawnGlibc, glibcTrouble, glibcVersion, parseReport } from '../../../../src/tensors/machine/glibc';
import { wellFormed } from './troubles';

describe('glibcTrouble', () => {
  it('says nothing where the version is enough, and off Linux', () => {
    assert.equal(glibcTrouble(dawnGlibc, { platform: 'linux', version: '2.34' }), undefined);
    assert.equal(glibcTrouble(dawnGlibc, { platform: 'linux', version: '2.41' }), undefined);
    assert.equal(glibcTrouble(dawnGlibc, { platform: 'darwin', version: undefined }), undefined);
  });

  const cases = [
    [
      '2.34',
      '2.31',
      'glibc-too-old',
      "WebGPU's library (Dawn) needs glibc 2.34, and this Linux has glibc 2.31.",
      'Run on a Linux with glibc 2.34 or later, such as Ubuntu 22.04, Debian 12, Fedora 35 or RHEL 9.',
    ],
    [
      '2.34',
      undefined,
      'glibc-missing',
      "WebGPU's library (Dawn) needs glibc 2.34, and this Linux has another C library.",
      'Run on a Linux with glibc 2.34 or later, such as Ubuntu 22.04, Debian 12, Fedora 35 or RHEL 9.',
    ],
    [
      '2.40',
      '2.36',
      'glibc-too-old',
      "WebGPU's library (Dawn) needs glibc 2.40, and this Linux has glibc 2.36.",
      'Run on a Linux with glibc 2.40 or later.',
    ],
  ] as const;
  for (const [needed, version, code, sentence, fix] of cases) {
    it(`says what is missing: ${version ?? 'none'} for ${needed}`, () => {
      const trouble = glibcTrouble(needed, { platform: 'linux', version });
      assert.deepEqual(trouble, { code, sentence, fix });
      wellFormed(trouble);
    });
  }
});

describe('glibcVersion', () => {
  it('reads it out of the report of the process', () => {
    assert.equal(parseReport({ header: { glibcVersionRuntime: '2.39' } }), '2.39');
    for (const report of [
      undefined,
      null,
      {},
      { header: null },
      { header: {} },
      { header: { glibcVersionRuntime: 2 } },
    ]) {
      assert.equal(parseReport(report), undefined);
    }
  });

  it('is that of the running process', function () {
    if (process.platform !== 'linux') this.skip();
    const version = glibcVersion();
    const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
    assert.equal(version, header.glibcVersionRuntime);
  });
});
