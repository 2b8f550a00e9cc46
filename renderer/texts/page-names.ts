/** The names of the pages. */

export const pageNames = {
  gap: 'Efficiency gap',
  waterline: 'Waterline',
  roofline: 'Roofline',
  layers: 'Layers',
  intensity: 'Intensity',
  models: 'Models',
  overview: 'Overview',
  compare: 'Compare',
  history: 'History',
  profile: 'Profile',
  reports: 'Reports',
  settings: 'Settings',
  machines: 'Machines',
} as const;
