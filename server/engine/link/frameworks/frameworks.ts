import { angular } from './angular.ts';
import { aspnet } from './aspnet.ts';
import { efcore } from './efcore.ts';
import { blazor } from './blazor.ts';
import type { Framework } from './framework.ts';
import { handlerClasses } from './handlerClasses.ts';
import { hubs } from './hubs.ts';
import { nestjs } from './nestjs.ts';
import { react } from './react.ts';
import { prisma } from './prisma.ts';
import { typeorm } from './typeorm.ts';
import { razorPages } from './razorPages.ts';
import { wpf } from './wpf.ts';

/** The frameworks that need more than a rule pack, in the order in which they run. */
export const FRAMEWORKS: readonly Framework[] = [angular, aspnet, efcore, handlerClasses, hubs, nestjs, typeorm, prisma, react, wpf, blazor, razorPages];
