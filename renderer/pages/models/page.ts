import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { ModelsPage } from './models-page.tsx';

export const modelsPage: Page = {
  id: 'models',
  title: texts.pages.models,
  group: 'networks',
  key: 'm',
  component: ModelsPage,
};
