import { answeredProbe } from '../engine/devices';
import { servedLane } from '../engine/lanes/serveLane';
import { servedApart } from '../engine/apart/serveApart';
import { endOnSurprise } from './process';
import { serve } from './serve';

endOnSurprise();
if (!servedLane(process.argv) && !servedApart(process.argv))
  void answeredProbe(process.argv).then((answered) => {
    if (!answered) serve();
    else process.exit(0);
  });
