import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { LayersPage } from './layers-page.tsx';

export const layersPage: Page = {
  id: 'layers',
  title: pageNames.layers,
  group: 'run',
  key: 'l',
  component: LayersPage,
};
