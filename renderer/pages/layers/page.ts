import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { LayersPage } from './layers-page.tsx';

export const layersPage: Page = {
  id: 'layers',
  title: texts.pages.layers,
  group: 'run',
  key: 'l',
  component: LayersPage,
};
