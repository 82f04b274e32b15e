import { show } from '../dom';
import { dropdown } from '../ui/toolkit';
import type { Deeds, Part } from './part';

// A prefix keeps a task that is called "all" apart. Not an empty value: the dropdown takes that for "not chosen yet".
const all = 'all';
const valueOf = (task: string): string => `task:${task}`;
const taskOf = (value: string): string | undefined =>
  value === all ? undefined : value.slice('task:'.length);

/** Which task's scores the page shows; only there where there are several. */
export function taskPicker(deeds: Deeds): Part {
  const control = dropdown('Task', (value) => deeds.choose({ task: taskOf(value) }));
  return {
    element: control.element,
    update: ({ run, scores }) => {
      show(control.element, run.tasks.length > 1);
      control.set(
        [
          { value: all, label: 'All tasks' },
          ...run.tasks.map((task) => ({ value: valueOf(task.name), label: task.name })),
        ],
        scores.task === undefined ? all : valueOf(scores.task),
      );
    },
  };
}
