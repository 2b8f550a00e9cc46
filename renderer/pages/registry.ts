/** Every page. A new one is a folder and a line here. */
import { comparePage } from './compare/page.ts';
import { historyPage } from './history/page.ts';
import { intensityPage } from './intensity/page.ts';
import { layersPage } from './layers/page.ts';
import { machinesPage } from './machines/page.ts';
import { modelsPage } from './models/page.ts';
import { overviewPage } from './overview/page.ts';
import type { Page } from './page.ts';
import { profilePage } from './profile/page.ts';
import { reportsPage } from './reports/page.ts';
import { rooflinePage } from './roofline/page.ts';
import { runPage } from './run/page.ts';
import { settingsPage } from './settings/page.ts';
import { waterlinePage } from './waterline/page.ts';

/** In the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  profilePage,
  machinesPage,
  runPage,
  waterlinePage,
  rooflinePage,
  layersPage,
  intensityPage,
  comparePage,
  historyPage,
  reportsPage,
  modelsPage,
  settingsPage,
];

/** Where an address without a page leads: to this machine, and what can be done with it. */
const firstPage = overviewPage;

export function pageOf(id: string | undefined): Page {
  return pages.find((page) => page.id === id) ?? firstPage;
}
