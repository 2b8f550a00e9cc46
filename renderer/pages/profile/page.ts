import { texts } from '../../texts.ts';
import type { Page } from '../page.ts';
import { ProfilePage } from './profile-page.tsx';

export const profilePage: Page = {
  id: 'profile',
  title: texts.pages.profile,
  group: 'machine',
  key: 'p',
  component: ProfilePage,
};
