import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const PAGES = `export function Home() { return <h1>Home</h1>; }
export function Users() { return <h1>Users</h1>; }
export function Guard({ children }) { return children; }`;

const LIST = `import { Home, Users, Guard } from './pages';
const routes = [
  { index: true, element: <Home /> },
  { path: '/users', element: <Guard><Users /></Guard> },
];
export default routes;`;

const PAGES_FOUND = ['ui_page / routes.jsx:3', 'ui_page /users routes.jsx:4'];

describe('React Router routes of a list', () => {
  it('are those of its items when the item is taken apart and spread into the element', async () => {
    const result = await scanFiles({
      'pages.jsx': PAGES,
      'routes.jsx': LIST,
      'App.jsx': `import { Route, Routes } from 'react-router-dom';
import routes from './routes';
export const App = () => <Routes>{routes.map((route, index) => {
  const { element, ...rest } = route;
  return <Route key={index} {...rest} element={element} />;
})}</Routes>;`,
    });
    expect(operationsOf(result)).toEqual(PAGES_FOUND);
  });

  it('are those of its items when the item is spread as it is', async () => {
    const result = await scanFiles({
      'pages.jsx': PAGES,
      'routes.jsx': LIST,
      'App.jsx': `import { Route, Routes } from 'react-router-dom';
import routes from './routes';
export const App = () => <Routes>{routes.map((route) => <Route key={route.path} {...route} />)}</Routes>;`,
    });
    expect(operationsOf(result)).toEqual(PAGES_FOUND);
  });

  it('are read through a destructured parameter', async () => {
    const result = await scanFiles({
      'pages.jsx': PAGES,
      'App.jsx': `import { Route, Routes } from 'react-router-dom';
import { Home, Users } from './pages';
const list = [{ to: '/', page: Home }, { to: '/users', page: Users }];
export const App = () => <Routes>{list.map(({ to, page: Page }) => <Route path={to} element={<Page />} />)}</Routes>;`,
    });
    expect(operationsOf(result)).toEqual(['ui_page / App.jsx:3', 'ui_page /users App.jsx:3']);
  });

  it('are not taken from lists that no route is made of', async () => {
    const result = await scanFiles({
      'pages.jsx': PAGES,
      'App.jsx': `import { Route, Link } from 'react-router-dom';
import { Home } from './pages';
const links = [{ path: '/a', element: <Home /> }];
export const Nav = () => <>{links.map((link) => <Link {...link} />)}</>;
export const App = (props) => <Route {...props} />;`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});

describe('NestJS modules chosen by a condition', () => {
  it('are all reached from the root module', async () => {
    const controller = (name: string) => `import { Controller, Get, Module } from '@nestjs/common';
@Controller({ path: '${name}', version: '1' })
export class ${name}Controller { @Get() all() {} }
@Module({ controllers: [${name}Controller] })
export class ${name}Module {}`;
    const result = await scanFiles({
      'a.ts': controller('A'),
      'b.ts': controller('B'),
      'c.ts': controller('C'),
      'app.module.ts': `import { Module } from '@nestjs/common';
import { AModule } from './a';
import { BModule } from './b';
import { CModule } from './c';
const driver = process.env.DRIVER === 'a' ? AModule : process.env.DRIVER === 'b' ? BModule : CModule;
@Module({ imports: [driver] })
export class AppModule {}
@Module({})
export class OtherModule {}`,
      'main.ts': `import { NestFactory } from '@nestjs/core';
import { VersioningType } from '@nestjs/common';
import { AppModule, OtherModule } from './app.module';
async function start() {
  const app = await NestFactory.create(AppModule);
  app.enableVersioning({ type: VersioningType.URI });
  const other = await NestFactory.create(OtherModule);
  await other.listen(1);
  await app.listen(2);
}
start();`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET v1/A a.ts:3',
      'api_endpoint GET v1/B b.ts:3',
      'api_endpoint GET v1/C c.ts:3',
    ]);
    expect(edgesOf(result, 'handles')).toHaveLength(3);
  });
});
