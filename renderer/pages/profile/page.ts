import { pageNames } from '../../texts/page-names.ts';
import type { Page } from '../page.ts';
import { ProfilePage } from './profile-page.tsx';

export const profilePage: Page = {
  id: 'profile',
  title: pageNames.profile,
  group: 'machine',
  key: 'p',
  component: ProfilePage,
};
