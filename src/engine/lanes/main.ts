import { servedLane } from './serveLane';

/** The entry of a lane where the sources run unbundled; a bundle starts itself again. */
servedLane(process.argv);
