import type { Field } from '../fields';
import { entryOf, flagOf, numberOf } from '../tree';
import { keyFix, pathOf } from './fixes';
import { isKnown } from '../known';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { count } from './say';

/** D7: AdaLoRA prunes between `tinit` and `total_step - tfinal`, and only where the loop calls `update_and_allocate`. */
export const adaLoraSchedule: Rule = {
  id: 'D7',
  severity: 'warning',
  title: 'AdaLoRA does not get to its target rank',
  documentation: 'https://huggingface.co/docs/peft/package_reference/adalora',
  check(input) {
    const { adalora } = input.config.settings;
    if (!adalora) return [];
    return [
      ...ignoredRank(input),
      ...totalSteps(input),
      ...noBudgeting(input),
      ...nothingToPrune(input),
      ...neverCalled(input),
    ];
  },
};

/** A file that PEFT saved after training: its schedule has been gone through. */
const isSaved = ({ config: { root } }: RuleInput): boolean =>
  flagOf(entryOf(root, 'inference_mode')?.value) === true;

function ignoredRank(input: RuleInput): Finding[] {
  const { text, config } = input;
  const entry = entryOf(config.root, 'r');
  const rank = numberOf(entry?.value);
  const { rank: initial, adalora } = config.settings;
  // PEFT writes its default of 8 into each file it saves.
  if (!entry || rank === undefined || rank === 8 || !isKnown(config, 'rank', 'targetRank')) return [];
  const fixes: Fix[] = keyFix(input, 'Remove r', [{ path: ['r'], value: undefined }]);
  const target = config.said.targetRank;
  if (!target) {
    fixes.unshift({
      title: `Rename r to target_r`,
      edits: [
        {
          ...entry.keyRange,
          text: text.slice(entry.keyRange.start, entry.keyRange.end).replace('r', 'target_r'),
        },
      ],
      isPreferred: true,
    });
  }
  return [
    {
      message: `AdaLoRA takes no notice of r ${rank}: matrices begin with init_r ${initial} and are pruned to target_r ${adalora?.targetRank ?? 8} on average.`,
      range: entry.keyRange,
      fixes,
    },
  ];
}

function totalSteps(input: RuleInput): Finding[] {
  const { config } = input;
  const { totalStep, tinit = 0, tfinal = 0 } = config.settings.adalora ?? {};
  const entry = config.said.totalStep;
  if (!isKnown(config, 'totalStep') || (totalStep !== undefined && totalStep > 0)) return [];
  const steps = Math.max(1000, 10 * (tinit + tfinal));
  return [
    {
      message: `${entry && totalStep !== undefined ? `total_step is ${totalStep}` : 'total_step is missing'}: PEFT refuses AdaLoRA without the number of optimizer steps, by which it prunes.`,
      range: entry?.keyRange ?? config.place,
      severity: 'error',
      fixes: put(
        input,
        'totalStep',
        steps,
        `Set total_step to ${steps}; it has to be the number of steps that you train`,
      ),
    },
  ];
}

function noBudgeting(input: RuleInput): Finding[] {
  const { said, settings } = input.config;
  const { totalStep, tinit = 0, tfinal = 0, deltaT = 1 } = settings.adalora ?? {};
  if (totalStep === undefined || totalStep <= 0 || !isKnown(input.config, 'tinit', 'tfinal', 'deltaT'))
    return [];
  const steps = totalStep - tfinal - tinit;
  const range = (said.tinit ?? said.tfinal ?? said.totalStep)?.keyRange ?? input.config.place;
  if (steps > 0 && (deltaT <= steps || isSaved(input))) return [];
  const [first, last] = [Math.floor(totalStep / 10), Math.floor(totalStep / 5)];
  const whole =
    totalStep < 10
      ? []
      : keyFix(
          input,
          `Set tinit to ${first} and tfinal to ${last}, a tenth and a fifth of total_step`,
          [
            { path: pathOf(input.config, 'tinit'), value: first, after },
            { path: pathOf(input.config, 'tfinal'), value: last, after },
          ],
          true,
        );
  if (steps > 0) {
    return [
      {
        message: `deltaT ${count(deltaT)} is longer than the ${count(steps)} steps between tinit and the last tfinal: ranks are shared out at most once.`,
        range: said.deltaT?.keyRange ?? range,
        fixes: put(
          input,
          'deltaT',
          Math.max(1, Math.floor(steps / 10)),
          `Set deltaT to ${Math.max(1, Math.floor(steps / 10))}`,
        ),
      },
    ];
  }
  return [
    {
      message: `No step is left to prune in: tinit ${count(tinit)} and tfinal ${count(tfinal)} take all of total_step ${count(totalStep)}. PEFT refuses the schedule.`,
      range,
      severity: 'error',
      fixes: whole,
    },
  ];
}

function nothingToPrune(input: RuleInput): Finding[] {
  const { said, settings } = input.config;
  const target = settings.adalora?.targetRank ?? 8;
  if (target < settings.rank || isSaved(input) || !isKnown(input.config, 'rank', 'targetRank')) return [];
  const initial = Math.ceil(target * 1.5);
  return [
    {
      message: `target_r ${target} is not below init_r ${settings.rank}: nothing is pruned, and every matrix keeps rank ${settings.rank}.`,
      range: (said.targetRank ?? said.rank)?.keyRange ?? input.config.place,
      fixes: put(input, 'rank', initial, `Set init_r to ${initial}, one and a half times target_r`),
    },
  ];
}

/** In a Python source that trains by a loop of its own. A Trainer does not call it either. */
function neverCalled({ text, config }: RuleInput): Finding[] {
  if (config.syntax !== 'python' || text.includes('update_and_allocate')) return [];
  return [
    {
      message: `Nothing in this file calls update_and_allocate: unless the training loop does so after each backward pass, every matrix keeps ${isKnown(config, 'rank') ? `init_r ${config.settings.rank}` : 'its init_r'}.`,
      range: config.place,
      severity: 'information',
      fixes: [],
    },
  ];
}

/** Behind which keys of the schedule a new one is written. */
const after = ['total_step', 'tfinal', 'tinit', 'target_r', 'init_r', 'lora_alpha'];

const put = (input: RuleInput, field: Field, value: number, title: string): Fix[] =>
  keyFix(input, title, [{ path: pathOf(input.config, field), value, after }]);
