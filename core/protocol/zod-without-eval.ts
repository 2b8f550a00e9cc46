/** The page's policy forbids eval; zod would try it, and the browser would complain in its console. */
import { config } from 'zod';

config({ jitless: true });
