import { Host } from './host';
import { comparePage } from './pages/comparePage';
import { runPage } from './pages/runPage';
import './styles/base.css';
import './styles/page.css';
import './styles/tables.css';
import './styles/chart.css';
import './styles/facts.css';
import './styles/allocation.css';
import './styles/compare.css';
import './styles/grid.css';
import './styles/search.css';
import './styles/training.css';
import './styles/verdict.css';
import { registerControls } from './ui/toolkit';

registerControls();
const app = document.getElementById('app');
// panel/html.ts says which of the pages it is.
if (app) (app.dataset['page'] === 'compare' ? comparePage : runPage)(new Host(), app);
