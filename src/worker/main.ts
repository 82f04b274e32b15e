import { answeredProbe } from '../engine/devices';
import { servedLane } from '../engine/lanes/serveLane';
import { servedTraining } from '../engine/training/serveTraining';
import { endOnSurprise } from './process';
import { serve } from './serve';

endOnSurprise();
if (!servedLane(process.argv) && !servedTraining(process.argv))
  void answeredProbe(process.argv).then((answered) => {
    if (!answered) serve();
    else process.exit(0);
  });
