import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension', () => {
  it('is found and activates', async () => {
    const extension = vscode.extensions.getExtension('adapter-lab.adapter-lab');
    assert.ok(extension, 'adapter-lab.adapter-lab is not installed');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
