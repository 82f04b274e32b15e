import { isTargeted } from '../../../peft/patterns';
import { textOf } from '../tree';
import { dropped, reword, setFix } from './fixes';
import { nameMeant } from './meant';
import { liesOutside, pathsOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, listed } from './say';

/** D5: names of targets that no module has are passed over as long as another one is found. */
export const missingTargets: Rule = {
  id: 'D5',
  severity: 'warning',
  title: 'A target does not exist in the model',
  documentation: 'https://huggingface.co/docs/peft/developer_guides/troubleshooting',
  needs: ['targets'],
  check(input) {
    const { config, base } = input;
    const { targets, targetNames } = config.settings;
    if (!base) return [];
    const paths = pathsOf(base.matrices);
    const finds = (written: readonly string[] | string): number =>
      paths.filter((path) => isTargeted(path, { target_modules: written })).length;
    if (typeof targets.target_modules === 'string')
      return expression(input, finds(targets.target_modules), paths);
    const found = targetNames.filter(({ name }) => finds([name]) > 0);
    const missing = targetNames.filter((one) => !found.includes(one) && !liesOutside(one.name));
    const none = missing.length === targetNames.length;
    return missing.map(({ name, range }): Finding => {
      const meant = nameMeant(name, paths);
      const lost = meant === undefined ? 0 : finds([meant]);
      const consequence = none
        ? 'PEFT stops, because it finds no target at all'
        : `PEFT goes on with ${listed(found.map((one) => one.name))}, ${counted(finds(found.map((one) => one.name)), 'module')}${lost > 0 ? `, and ${counted(lost, 'module')} fewer than meant` : ''}`;
      return {
        message: `No module of the model is called "${name}": ${consequence}.`,
        range,
        fixes: [...renamed(input, name, range, meant), ...(none ? [] : removed(input, range))],
        ...(none ? { severity: 'error' } : {}),
      };
    });
  },
};

function expression({ config }: RuleInput, found: number, paths: readonly string[]): Finding[] {
  const node = config.said.targets?.value;
  const { target_modules: written } = config.settings.targets;
  if (found > 0 || !node || paths.length === 0 || (typeof written === 'string' && liesOutside(written)))
    return [];
  const message = `The expression of ${config.said.targets?.key ?? 'targets'} matches none of the model’s ${counted(paths.length, 'module')}: PEFT stops. It has to match whole paths, such as ${paths[0] ?? ''}.`;
  return [{ message, range: node.range, severity: 'error', fixes: [] }];
}

/** Not where the file has names of its own for modules: torchtune's `output_proj` is PEFT's `o_proj`. */
function renamed(
  { text, config }: RuleInput,
  name: string,
  range: Finding['range'],
  meant: string | undefined,
): Fix[] {
  const written = text.slice(range.start, range.end);
  if (meant === undefined || !written.includes(name)) return [];
  const edit =
    written === name && config.syntax !== 'yaml'
      ? { ...range, text: meant }
      : reword(text, range, meant, config.syntax);
  return [{ title: `Change to "${meant}"`, edits: [edit], isPreferred: true }];
}

/** An item of a list, or a part of a list with commas. */
function removed(input: RuleInput, range: Finding['range']): Fix[] {
  const { text, config } = input;
  const { targetNames } = config.settings;
  const node = config.said.targets?.value;
  const left =
    node?.kind === 'list' ? node.items.filter((item) => item.range.start !== range.start) : undefined;
  const values = left?.map(textOf);
  if (values?.every((value) => value !== undefined))
    return setFix(input, 'targets', values, 'Remove the name', false);
  const ranges = targetNames.map((one) => one.range);
  const edit = /["']/.test(text.slice(range.start, range.end))
    ? undefined
    : dropped(ranges, ranges.indexOf(range));
  return edit && node?.kind === 'scalar' ? [{ title: 'Remove the name', edits: [edit] }] : [];
}
