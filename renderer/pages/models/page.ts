import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { ModelsPage } from './models-page.tsx';

export const modelsPage: Page = {
  id: 'models',
  title: pageNames.models,
  group: 'networks',
  key: 'm',
  component: ModelsPage,
};
