import { createContext, useContext } from 'react';
import type { Api } from '../../core/protocol/api.ts';

export const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi is only for what lies inside ApiContext');
  return api;
}
