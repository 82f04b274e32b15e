import { servedLane } from './lanes/serveLane';
import { servedTraining } from './training/serveTraining';

/** The entry of an engine's processes where the sources run unbundled; a bundle starts itself again. */
if (!servedLane(process.argv)) servedTraining(process.argv);
