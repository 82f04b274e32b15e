import assert from 'node:assert/strict';
import path from 'node:path';
import type { Message } from '../../../../src/models/chat/messages';
import { loadTokenizer, type TextTokenizer } from '../../../../src/models/tokenizer';
import { temporaryFolder } from '../../files/temporary';
import { throwsWith } from '../../files/throwsCode';
import { chatMl, folderWith } from './templates';

const hi: readonly Message[] = [{ role: 'user', content: 'Hi' }];

describe('the chat template of a folder', () => {
  const folder = temporaryFolder();
  let count = 0;
  const load = async (config: Record<string, unknown>, jinja?: string): Promise<TextTokenizer> =>
    loadTokenizer(await folderWith(path.join(folder.path, `${count++}`), config, jinja));

  it('stands in tokenizer_config.json, by itself or as the default of several, or in a file that goes before', async () => {
    const several = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: 'default' },
    ];
    const rendered = async (config: Record<string, unknown>, jinja?: string): Promise<string | undefined> =>
      (await load(config, jinja)).chat?.render(hi, false);
    assert.equal(await rendered({ chat_template: 'alone' }), 'alone');
    assert.equal(await rendered({ chat_template: several }), 'default');
    assert.equal(await rendered({ chat_template: 'alone' }, 'file'), 'file');
    assert.equal(await rendered({}, 'file'), 'file');
    for (const chat_template of [undefined, null, 7, [], [{ name: 'rag', template: 'rag' }]]) {
      assert.equal((await load({ chat_template })).chat, undefined);
    }
  });

  it('begins the next turn of the assistant when asked', async () => {
    const { chat } = await load({}, chatMl);
    assert.equal(chat?.render(hi, false), '<|im_start|>user\nHi<|im_end|>\n');
    assert.equal(chat?.render(hi, true), '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
  });

  it('knows tools where there are any', async () => {
    const { chat } = await load({}, `{% if tools %}{{ tools[0].name }}{% else %}none{% endif %}`);
    assert.equal(chat?.render(hi, false), 'none');
    assert.equal(chat?.render(hi, false, [{ name: 'clock' }]), 'clock');
  });

  it('is told the same day whenever it asks', async () => {
    const { chat } = await load({}, `{{ strftime_now("%d %b %Y, %A %H:%M 100%%") }}`);
    assert.equal(chat?.render(hi, false), '26 Jul 2024, Friday 00:00 100%');
    const asks = await load({}, `{% if strftime_now is defined %}{{ strftime_now("%B") }}{% endif %}`);
    assert.equal(asks.chat?.render(hi, false), 'July');
  });

  it('is named where it cannot be parsed, and only when it is used', async () => {
    const jinja = await load({}, '{% for message in messages %}');
    assert.ok(jinja.encode('text').length > 0);
    throwsWith(
      () => jinja.chat?.render(hi, false),
      'tokenizer-invalid',
      /chat_template\.jinja cannot be parsed/,
    );
    const config = await load({ chat_template: '{{ messages' });
    throwsWith(() => config.chat?.render(hi, false), 'tokenizer-invalid', /tokenizer_config\.json cannot/);
  });
});
