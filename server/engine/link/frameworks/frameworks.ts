import { angular } from './angular.ts';
import { aspnet } from './aspnet.ts';
import { efcore } from './efcore.ts';
import type { Framework } from './framework.ts';
import { nestjs } from './nestjs.ts';
import { react } from './react.ts';
import { prisma } from './prisma.ts';
import { typeorm } from './typeorm.ts';
import { wpf } from './wpf.ts';

/** The frameworks that need more than a rule pack, in the order in which they run. */
export const FRAMEWORKS: readonly Framework[] = [angular, aspnet, efcore, nestjs, typeorm, prisma, react, wpf];
