import { errorKinds } from '../../src/shared/errors';
import type { PageAction } from '../../src/shared/webviewProtocol';
import { h, setText, show } from '../dom';
import { elsewhereReason, isResumable, restricted } from '../model/actions';
import type { LiveView } from '../model/live';
import { plainButton, type PlainButton } from '../ui/plainButton';
import type { LiveDeeds, LivePart } from './part';

/** What can be done about the run. What makes no sense now is not there; what may not be done says why. */
export function buttons({ act, steer }: LiveDeeds): LivePart {
  const make = (label: string, action: PageAction): PlainButton => plainButton(label, () => act(action));
  const stop = make('Stop', 'stop');
  const pause = plainButton('Pause', () => steer({ type: 'pause' }));
  const goOn = plainButton('Resume', () => steer({ type: 'go-on' }));
  goOn.setPrimary(true);
  const resume = make('Resume', 'resume');
  const edit = make('Edit Experiment', 'openExperiment');
  const map = make('Show Map', 'show');
  const report = make('Open Report', 'openReport');
  const why = h('p', { class: 'quiet', role: 'status' });
  const all = [stop, pause, goOn, resume, edit, map, report];
  const element = h(
    'div',
    { class: 'buttons' },
    h('div', { class: 'row' }, ...all.map((one) => one.element)),
    why,
  );
  return {
    element,
    update: (view) => {
      const { run, phase, trusted, heading } = view;
      const isGoing = phase === 'running';
      const isElsewhere = isGoing && heading.elsewhere === true;
      const mayResume = phase === 'ended' && isResumable(run);
      show(element, isGoing || phase === 'ended');
      show(stop.element, isGoing);
      show(pause.element, view.pause?.label === 'Pause');
      show(goOn.element, view.pause?.label === 'Resume');
      stop.setReason(isElsewhere ? elsewhereReason : undefined);
      show(resume.element, mayResume);
      resume.setReason(trusted ? undefined : restricted);
      resume.setPrimary(trusted);
      show(edit.element, ofInput(view));
      edit.setPrimary(ofInput(view) && !mayResume);
      show(report.element, run.status === 'done');
      // A disabled button takes no focus, so its tooltip is for the mouse only.
      const reason = isElsewhere ? elsewhereReason : mayResume && !trusted ? restricted : undefined;
      const said = [view.pause?.words, reason].filter((sentence) => sentence !== undefined).join(' ');
      setText(why, said);
      show(why, said !== '');
    },
  };
}

/** Whether the run failed of what the experiment says. */
const ofInput = ({ run: { status, error } }: LiveView): boolean =>
  status === 'failed' && error !== undefined && errorKinds[error.code] === 'input';
