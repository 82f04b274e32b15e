import { answeredProbe } from '../engine/devices';
import { endOnSurprise } from './process';
import { serve } from './serve';

endOnSurprise();
void answeredProbe(process.argv).then((answered) => {
  if (!answered) serve();
  else process.exit(0);
});
