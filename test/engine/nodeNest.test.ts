import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api');
  await app.listen(3000);
}
bootstrap();`;

const MODULE = `import { Module } from '@nestjs/common';
import { CatsController } from './cats.controller';
@Module({ controllers: [CatsController] })
export class AppModule {}`;

describe('NestJS controllers', () => {
  it('compose the route of controller and method, from the verb decorator to the end of the parameters', async () => {
    const result = await scanFiles({
      'cats.controller.ts': `import { Body, Controller, Get, Post, UsePipes } from '@nestjs/common';
@Controller('cats')
export class CatsController {
  @Get()
  all() { return []; }
  @UsePipes(Object)
  @Post(':id/toys')
  async create(
    @Body() toy: string,
  ) { return toy; }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET cats cats.controller.ts:4',
      'api_endpoint POST cats/:id/toys cats.controller.ts:7',
    ]);
    expect(result.nodes.find((node) => node.method === 'POST')?.end_line).toBe(10);
    expect(edgesOf(result, 'handles').sort()).toEqual([
      'cats.controller.ts:4 -> cats.controller.ts:5 certain',
      'cats.controller.ts:7 -> cats.controller.ts:8 certain',
    ]);
  });

  it('take options, arrays, constants, aliased decorators and nothing at all as paths', async () => {
    const result = await scanFiles({
      'paths.ts': `export const Paths = { cats: 'cats' } as const;`,
      'a.controller.ts': `import { Controller, Get as HttpGet, Delete } from '@nestjs/common';
import * as nest from '@nestjs/common';
import { Paths } from './paths';
@Controller({ path: Paths.cats })
export class A {
  @HttpGet(['one', 'two']) one() {}
  @Delete('/:id/') remove() {}
  @nest.Put() put() {}
}
@Controller()
export class Root {
  @HttpGet() hello() {}
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET cats/one a.controller.ts:6',
      'api_endpoint DELETE cats/:id a.controller.ts:7',
      'api_endpoint PUT cats a.controller.ts:8',
      'api_endpoint GET / a.controller.ts:12',
    ]);
  });

  it('inherit the methods of base classes, each under its own route', async () => {
    const result = await scanFiles({
      'base.ts': `import { Get, Delete } from '@nestjs/common';
export abstract class Crud {
  @Get() list() {}
  @Delete(':id') remove() {}
}`,
      'a.controller.ts': `import { Controller } from '@nestjs/common';
import { Crud } from './base';
@Controller('a') export class A extends Crud {}
@Controller('b') export class B extends Crud { remove() {} }`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET a base.ts:3',
      'api_endpoint GET b base.ts:3',
      'api_endpoint DELETE a/:id base.ts:4',
    ]);
  });

  it('know versions in the path and the paths of router modules', async () => {
    const result = await scanFiles({
      'main.ts': MAIN.replace(
        "app.setGlobalPrefix('api');",
        'app.enableVersioning({ type: VersioningType.URI });',
      ).replace('import { AppModule }', "import { VersioningType } from '@nestjs/common';\nimport { AppModule }"),
      'app.module.ts': `import { Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { CatsController } from './cats.controller';
@Module({ controllers: [CatsController] }) export class CatsModule {}
@Module({ imports: [CatsModule, RouterModule.register([{ path: 'admin', children: [{ path: 'zoo', module: CatsModule }] }])] })
export class AppModule {}`,
      'cats.controller.ts': `import { Controller, Get, Version } from '@nestjs/common';
@Controller({ path: 'cats', version: '1' })
export class CatsController {
  @Get() all() {}
  @Version('2') @Get() allAgain() {}
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET v1/admin/zoo/cats cats.controller.ts:4',
      'api_endpoint GET v2/admin/zoo/cats cats.controller.ts:5',
    ]);
  });

  it('are reached by calls below the global prefix, which is not part of the route', async () => {
    const result = await scanFiles({
      'main.ts': MAIN,
      'app.module.ts': MODULE,
      'cats.controller.ts': `import { Controller, Get } from '@nestjs/common';
@Controller('cats') export class CatsController { @Get(':id') one() {} }`,
      'client.ts': 'export const load = (id: string) => fetch(`/api/cats/${id}`);',
    });
    expect(operationsOf(result)[0]).toBe('api_endpoint GET cats/:id cats.controller.ts:2');
    expect(edgesOf(result, 'requests')).toEqual(['client.ts:1 -> cats.controller.ts:2 certain']);
  });

  it('are only what decorators of Nest make: not those of other packages, comments or plain classes', async () => {
    const result = await scanFiles({
      'a.ts': `import { Controller, Get } from 'routing-controllers-lookalike';
@Controller('x') export class X { @Get('y') y() {} }
// @Controller('commented') class C { @Get() c() {} }
const text = "@Get('string')";
function Get2(path: string) { return (target: object) => target; }
export class Plain { @Get2('z') z() {} }`,
      'middleware.ts': `import { MiddlewareConsumer, Module, RequestMethod } from '@nestjs/common';
@Module({})
export class M { configure(consumer: MiddlewareConsumer) { consumer.apply(Object).forRoutes({ path: 'cats', method: RequestMethod.GET }); } }`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});

describe('NestJS listeners', () => {
  it('are scheduled tasks, message patterns, socket events and queue jobs', async () => {
    const result = await scanFiles({
      'tasks.ts': `import { Cron, CronExpression, Interval } from '@nestjs/schedule';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage } from '@nestjs/websockets';
import { Processor, WorkerHost } from '@nestjs/bullmq';
export class Tasks {
  @Cron('0 * * * *') hourly() {}
  @Cron(CronExpression.EVERY_DAY_AT_MIDNIGHT) nightly() {}
  @Interval('beat', 5000) beat() {}
  @MessagePattern({ cmd: 'sum' }) sum() {}
  @EventPattern('user_created') created() {}
  @SubscribeMessage('chat') chat() {}
}
@Processor('mail')
export class Mail extends WorkerHost { async process() {} helper() {} }`,
    });
    expect(operationsOf(result)).toEqual([
      'scheduled_task 0 * * * * tasks.ts:6',
      'scheduled_task CronExpression.EVERY_DAY_AT_MIDNIGHT tasks.ts:7',
      'scheduled_task 5000 tasks.ts:8',
      'message_receive cmd:sum tasks.ts:9',
      'message_receive user_created tasks.ts:10',
      'message_receive chat tasks.ts:11',
      'message_receive mail tasks.ts:14',
    ]);
    expect(edgesOf(result, 'handles')).toHaveLength(7);
  });
});

describe('NestJS providers', () => {
  const SERVICES = `export interface Mailer { send(): Promise<unknown>; }
import { writeFile } from 'node:fs/promises';
export class FileMailer implements Mailer { send() { return writeFile('mail.txt', ''); } }
export class OtherMailer implements Mailer { send() { return writeFile('other.txt', ''); } }
export class Service { constructor(private mailer: Mailer) {} run() { return this.mailer.send(); } }`;

  it('narrow an interface to the class provided for its token', async () => {
    const result = await scanFiles({
      'services.ts': SERVICES.replace('constructor(private', "constructor(@Inject('MAILER') private").replace(
        'import {',
        "import { Inject } from '@nestjs/common';\nimport {",
      ),
      'module.ts': `import { Module } from '@nestjs/common';
import { FileMailer } from './services';
@Module({ providers: [{ provide: 'MAILER', useClass: FileMailer }] }) export class AppModule {}`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['services.ts:6 -> services.ts:4 certain']);
  });

  it('are not guessed where nothing tells which implementation is meant', async () => {
    const result = await scanFiles({ 'services.ts': SERVICES });
    expect(edgesOf(result, 'calls').sort()).toEqual([
      'services.ts:5 -> services.ts:3 possible',
      'services.ts:5 -> services.ts:4 possible',
    ]);
  });

  it('hand commands to the handler of their type', async () => {
    const result = await scanFiles({
      'commands.ts': `import { CommandBus, CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { writeFile } from 'fs/promises';
export class Kill { constructor(readonly id: string) {} }
export class Feed {}
@CommandHandler(Kill)
export class KillHandler implements ICommandHandler<Kill> { async execute(command: Kill) { await writeFile('x', command.id); } }
@CommandHandler(Feed)
export class FeedHandler implements ICommandHandler<Feed> { async execute() { await writeFile('y', ''); } }
export class Service { constructor(private bus: CommandBus) {} kill() { return this.bus.execute(new Kill('1')); } }`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['commands.ts:9 -> commands.ts:6 certain']);
  });
});
