import assert from 'node:assert/strict';
import type { ClassHeadSpec, LanguageHeadSpec, ModelSpec, TokenEmbedding } from '../../../../src/models/spec';
import { throwsWith } from '../../files/throwsCode';
import { describeModel, least, modelTypes, type Fields, type FolderOptions } from './configs';

const specOf = (modelType: string, change: Fields = {}, options: FolderOptions = {}): ModelSpec =>
  describeModel(modelType, change, options).spec;
const languageHead = (
  modelType: string,
  change: Fields = {},
  options: FolderOptions = {},
): LanguageHeadSpec => {
  const { head } = specOf(modelType, change, options);
  assert.ok(head.kind === 'language', `${modelType} has a head of kind ${head.kind}`);
  return head;
};
const classHead = (modelType: string, change: Fields = {}, options: FolderOptions = {}): ClassHeadSpec => {
  const { head } = specOf(modelType, change, options);
  assert.ok(head.kind === 'classes', `${modelType} has a head of kind ${head.kind}`);
  return head;
};
const tokens = (modelType: string, change: Fields = {}): TokenEmbedding => {
  const { embedding } = specOf(modelType, change);
  assert.ok(embedding.kind === 'tokens');
  return embedding;
};

const decoders = modelTypes.filter((modelType) => least[modelType]!.head === undefined);
const classifiers = modelTypes.filter((modelType) => least[modelType]!.head !== undefined);

describe('the head of a decoder', () => {
  it('reads the token embedding where no output matrix is stored, and a stored one before that', () => {
    for (const modelType of decoders) {
      assert.equal(languageHead(modelType).output, tokens(modelType).table, modelType);
      const names = modelType === 'gpt_neox' ? ['embed_out.weight', 'lm_head.weight'] : ['lm_head.weight'];
      for (const name of names) {
        const stored = languageHead(
          modelType,
          { tie_word_embeddings: true },
          { tensors: { [name]: [50, 24] } },
        );
        assert.equal(stored.output, name, modelType);
      }
    }
    const name = 'language_model.lm_head.weight';
    assert.equal(languageHead('gemma3', {}, { tensors: { [name]: [50, 24] } }).output, name);
  });

  it('goes with the root under which the layers stand', () => {
    assert.equal(languageHead('llama', {}, { root: '' }).output, 'embed_tokens.weight');
    const root = 'model.language_model.';
    assert.equal(languageHead('gemma3', {}, { root }).norm?.name, `${root}norm`);
  });

  it('caps logits as its family does: absent is the default, null is none', () => {
    const cap = 'final_logit_softcapping';
    const capOf = (modelType: string, change: Fields = {}): number | undefined =>
      languageHead(modelType, change).cap;
    assert.deepEqual(
      [capOf('gemma'), capOf('gemma2'), capOf('gemma3'), capOf('llama')],
      [undefined, 30, undefined, undefined],
    );
    for (const modelType of ['gemma2', 'gemma3']) {
      assert.deepEqual([capOf(modelType, { [cap]: 7 }), capOf(modelType, { [cap]: null })], [7, undefined]);
    }
  });

  it('caps products in Gemma 2 alone', () => {
    const cap = 'attn_logit_softcapping';
    const capOf = (modelType: string, change: Fields = {}): number | undefined =>
      describeModel(modelType, change).blocks[0]!.attention.cap;
    assert.deepEqual(
      [capOf('gemma2'), capOf('gemma2', { [cap]: 7 }), capOf('gemma2', { [cap]: null })],
      [50, 7, undefined],
    );
    for (const modelType of ['gemma', 'gemma3', 'llama'])
      assert.equal(capOf(modelType, { [cap]: 7 }), undefined);
  });

  it('classifies the last token where the checkpoint does, with as many classes as `score` has rows', () => {
    for (const modelType of decoders) {
      const architecture = least[modelType]!.architecture.replace(
        /For.*|LMHeadModel/,
        'ForSequenceClassification',
      );
      const head = classHead(modelType, {}, { architecture, tensors: { 'score.weight': [7, 24] } });
      assert.deepEqual([head.position, head.classes, head.layers.length], ['last', 7, 1], modelType);
      assert.equal(head.norm?.name, languageHead(modelType).norm?.name, modelType);
      const untrained = (): ModelSpec => specOf(modelType, {}, { architecture });
      throwsWith(untrained, 'model-head-missing', /a\/folder has no classification head \(score\.weight\)/);
    }
  });
});

describe('a head that is not computed', () => {
  it('is refused: no output matrix where config.json says that outputs are not tied', () => {
    for (const modelType of decoders) {
      const untied = (): ModelSpec => specOf(modelType, { tie_word_embeddings: false });
      throwsWith(untied, 'model-head-missing', /a\/folder has no output matrix \(.*\.weight\)/);
    }
  });

  it('is refused where the class has another one, even of the same tensor names', () => {
    for (const architecture of ['LlamaForTokenClassification', 'LlamaForQuestionAnswering']) {
      const other = (): ModelSpec => specOf('llama', {}, { architecture });
      throwsWith(other, 'model-config-invalid', new RegExp(`the head of a ${architecture} is not computed`));
    }
    for (const architecture of ['BertForTokenClassification', 'BertForMultipleChoice', 'BertModel']) {
      const other = (): ModelSpec => specOf('bert', {}, { architecture });
      throwsWith(other, 'model-head-missing', new RegExp(`a/folder is a ${architecture} and has no`));
    }
    const other = (): ModelSpec => specOf('vit', {}, { architecture: 'ViTForMaskedImageModeling' });
    throwsWith(other, 'model-head-missing', /is a ViTForMaskedImageModeling/);
  });

  it('is refused where it gives no classes: regression, or several labels at once', () => {
    for (const problem_type of ['regression', 'multi_label_classification']) {
      throwsWith(() => specOf('bert', { problem_type }), 'model-config-invalid', /problem_type/);
    }
    assert.equal(classHead('bert', { problem_type: 'single_label_classification' }).classes, 3);
    const one = (): ModelSpec => specOf('bert', {}, { tensors: { 'classifier.weight': [1, 24] } });
    throwsWith(one, 'model-config-invalid', /regression/);
  });
});

describe('the head of an encoder', () => {
  it('classifies the first token, with as many classes as its last layer has rows', () => {
    const layers: Readonly<Record<string, readonly string[]>> = {
      bert: ['bert.pooler.dense', 'classifier'],
      distilbert: ['pre_classifier', 'classifier'],
      vit: ['classifier'],
    };
    for (const modelType of classifiers) {
      const { head = {} } = least[modelType]!;
      const [name = ''] = Object.keys(head);
      const found = classHead(modelType, {}, { tensors: { [name]: [5, 24] } });
      assert.deepEqual([found.position, found.classes], ['first', 5], modelType);
      const wanted = layers[modelType] ?? ['classifier.dense', 'classifier.out_proj'];
      assert.deepEqual(
        found.layers.map(({ linear }) => linear.name),
        wanted,
      );
      assert.equal(found.layers.at(-1)!.activation, undefined);
    }
    assert.equal(classHead('vit').norm?.name, 'vit.layernorm');
    assert.equal(classHead('bert').norm, undefined);
  });

  it('must be there: a bare model has none', () => {
    for (const modelType of classifiers) {
      const bare = (): ModelSpec => specOf(modelType, {}, { tensors: {}, root: '' });
      throwsWith(
        bare,
        'model-head-missing',
        /a\/folder has no classification head \(classifier\S*\.weight\)/,
      );
    }
  });
});

describe('positions', () => {
  it('are as many as config.json says, or the family’s own number', () => {
    const longest = (modelType: string, change: Fields = {}): number => specOf(modelType, change).maxLength;
    for (const modelType of decoders.filter((other) => other !== 'gpt2')) {
      assert.equal(longest(modelType, { max_position_embeddings: 9 }), 9, modelType);
    }
    assert.deepEqual([longest('gpt2', { n_positions: 9 }), longest('gpt2')], [9, 1024]);
    assert.deepEqual([longest('distilbert'), longest('bert')], [512, 16]);
    assert.equal(longest('vit', { patch_size: 8 }), 17);
  });

  it('begin behind those that are never read', () => {
    assert.deepEqual(tokens('opt', { max_position_embeddings: 9 }).positions, {
      table: 'model.decoder.embed_positions.weight',
      offset: 2,
      rows: 11,
    });
    for (const modelType of ['roberta', 'camembert', 'xlm-roberta']) {
      const { positions } = tokens(modelType, { pad_token_id: 4 });
      assert.deepEqual([positions?.offset, positions?.rows], [5, 16]);
      assert.equal(specOf(modelType, { pad_token_id: 4 }).maxLength, 11);
      assert.equal(tokens(modelType).positions?.offset, 2);
    }
    assert.equal(tokens('bert', { pad_token_id: 4 }).positions?.offset, 0);
  });
});

describe('OPT', () => {
  it('has norms before or behind its parts, with or without weights, and projections of narrower embeddings', () => {
    const usual = describeModel('opt');
    assert.deepEqual([usual.blocks[0]!.residual, tokens('opt').project], ['pre', undefined]);
    assert.equal(languageHead('opt').norm?.name, 'model.decoder.final_layer_norm');
    assert.equal(languageHead('opt', { _remove_final_layer_norm: true }).norm, undefined);
    const behind = { do_layer_norm_before: false, word_embed_proj_dim: 10 };
    const head = languageHead('opt', behind);
    assert.deepEqual(
      [head.norm, head.project, head.outputWidth],
      [undefined, 'model.decoder.project_out.weight', 10],
    );
    const { project, tableWidth } = tokens('opt', behind);
    assert.deepEqual([project, tableWidth], ['model.decoder.project_in.weight', 10]);
    const plain = describeModel('opt', { layer_norm_elementwise_affine: false }).blocks[0]!;
    assert.deepEqual([plain.attentionNorm.parameters, plain.mlpNorm?.parameters], ['none', 'none']);
  });
});

describe('how the parts of a block are joined', () => {
  it('is the family’s own', () => {
    const residual = (modelType: string, change: Fields = {}): string =>
      describeModel(modelType, change).blocks[0]!.residual;
    const joined = new Map(modelTypes.map((modelType) => [modelType, residual(modelType)]));
    const of = (kind: string): string[] => modelTypes.filter((modelType) => joined.get(modelType) === kind);
    assert.deepEqual(of('post'), ['bert', 'camembert', 'distilbert', 'roberta', 'xlm-roberta']);
    assert.deepEqual(of('parallel'), ['gpt_neox', 'phi']);
    assert.equal(residual('gpt_neox', { use_parallel_residual: false }), 'pre');
    assert.equal(residual('opt', { do_layer_norm_before: false }), 'post');
  });

  it('has one norm for both branches in Phi, and two in GPT-NeoX', () => {
    assert.equal(describeModel('phi').blocks[0]!.mlpNorm, undefined);
    assert.equal(describeModel('gpt_neox').blocks[0]!.mlpNorm?.name, 'post_attention_layernorm');
  });

  it('has a norm on either side of attention and mlp in Gemma 2 and 3', () => {
    for (const modelType of ['gemma2', 'gemma3']) {
      const { attentionNorm, afterAttention, mlpNorm, afterMlp } = describeModel(modelType).blocks[0]!;
      assert.deepEqual(
        [attentionNorm, afterAttention, mlpNorm, afterMlp].map((norm) => norm?.name),
        [
          'input_layernorm',
          'post_attention_layernorm',
          'pre_feedforward_layernorm',
          'post_feedforward_layernorm',
        ],
      );
    }
    const { afterAttention, mlpNorm, afterMlp } = describeModel('gemma').blocks[0]!;
    assert.deepEqual(
      [afterAttention, mlpNorm?.name, afterMlp],
      [undefined, 'post_attention_layernorm', undefined],
    );
  });
});
