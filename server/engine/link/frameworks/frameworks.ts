import { angular } from './angular.ts';
import { aspnet } from './aspnet.ts';
import { aspnetMinimalApis } from './aspnetMinimalApis.ts';
import { efcore } from './efcore.ts';
import { blazor } from './blazor.ts';
import { fastEndpoints } from './fastEndpoints.ts';
import type { Framework } from './framework.ts';
import { grpc } from './grpc.ts';
import { handlerClasses } from './handlerClasses.ts';
import { httpClients } from './httpClients.ts';
import { hubs } from './hubs.ts';
import { configuration } from './configuration.ts';
import { drizzle } from './drizzle.ts';
import { kafkajs } from './kafkajs.ts';
import { lazyQueries } from './lazyQueries.ts';
import { messageEvents } from './messageEvents.ts';
import { mikroorm } from './mikroorm.ts';
import { mongodb } from './mongodb.ts';
import { mongoose } from './mongoose.ts';
import { mongooseSchemas } from './mongooseSchemas.ts';
import { sequelize } from './sequelize.ts';
import { navigation } from './navigation.ts';
import { nestjs } from './nestjs.ts';
import { ngrx } from './ngrx.ts';
import { nodeHttp } from './nodeHttp.ts';
import { rtkQuery } from './rtkQuery.ts';
import { tanstackRouter } from './tanstackRouter.ts';
import { nextjs } from './nextjs.ts';
import { react } from './react.ts';
import { prisma } from './prisma.ts';
import { prototypes } from './prototypes.ts';
import { refit } from './refit.ts';
import { typeorm } from './typeorm.ts';
import { razorPages } from './razorPages.ts';
import { wpf } from './wpf.ts';

/** The frameworks that need more than a rule pack, in the order in which they run. */
export const FRAMEWORKS: readonly Framework[] = [
  angular,
  configuration,
  aspnet,
  aspnetMinimalApis,
  efcore,
  handlerClasses,
  hubs,
  grpc,
  fastEndpoints,
  httpClients,
  refit,
  nestjs,
  typeorm,
  prisma,
  mongodb,
  mongoose,
  mongooseSchemas,
  prototypes,
  sequelize,
  drizzle,
  mikroorm,
  kafkajs,
  lazyQueries,
  react,
  nextjs,
  nodeHttp,
  rtkQuery,
  ngrx,
  tanstackRouter,
  navigation,
  wpf,
  blazor,
  razorPages,
  messageEvents,
];
