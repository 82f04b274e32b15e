import { servedApart } from './apart/serveApart';
import { servedLane } from './lanes/serveLane';

/** The entry of an engine's processes where the sources run unbundled; a bundle starts itself again. */
if (!servedLane(process.argv)) servedApart(process.argv);
