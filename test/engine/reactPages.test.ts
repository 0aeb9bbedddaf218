import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

async function pagesOf(files: Record<string, string>): Promise<string[]> {
  return operationsOf(await scanFiles(files)).filter((line) => line.startsWith('ui_page'));
}

describe('pages of React Router', () => {
  it('are routes with a component, joined over their parents', async () => {
    const pages = await pagesOf({
      'app.tsx': `
import { Navigate, Route, Routes } from 'react-router-dom';
const Layout = () => <main />;
const Users = () => <p />;
export const App = () => <Routes>
  <Route path="/admin" element={<Layout />}>
    <Route index element={<Users />} />
    <Route path="users/:id" element={<Users />} />
    <Route path="old" element={<Navigate to="/admin" />} />
  </Route>
  <Route path="group">
    <Route path="inner" Component={Users} />
  </Route>
  <Route element={<Layout />}>
    <Route path="*" element={<Users />} />
  </Route>
</Routes>;`,
    });
    expect(pages).toEqual([
      'ui_page /admin app.tsx:6',
      'ui_page /admin app.tsx:7',
      'ui_page /admin/users/:id app.tsx:8',
      'ui_page /group/inner app.tsx:12',
      'ui_page /* app.tsx:15',
    ]);
  });

  it('run the component function, or the life cycle of a class', async () => {
    const result = await scanFiles({
      'app.jsx': `
import React from 'react';
import { Route, Switch } from 'react-router-dom';
import List from './list';
class Home extends React.Component {
  componentDidMount() { fetch('/home'); }
}
export const App = () => <Switch>
  <Route exact path="/" component={Home} />
  <Route path="/list" render={() => <List />} />
</Switch>;`,
      'list.jsx': `export default function List() { useEffect(() => { fetch('/list'); }, []); return <p />; }`,
    });
    expect(edgesOf(result, 'handles')).toEqual(['app.jsx:9 -> app.jsx:6 certain', 'app.jsx:10 -> list.jsx:1 certain']);
  });

  it('are read from route objects, imported and lazily loaded ones included', async () => {
    const result = await scanFiles({
      'router.tsx': `
import { createBrowserRouter } from 'react-router-dom';
import { children } from './children';
export const router = createBrowserRouter([
  { path: '/shop', children },
  { path: '/lazy', lazy: () => import('./page') },
]);
const unrelated = [{ path: '/no', element: 1 }];`,
      'children.tsx': `
import { Page } from './page';
const load = () => fetch('/items');
export const children = [{ index: true, element: <Page />, loader: load }, { path: 'cart', Component: Page }];`,
      'page.tsx': `export function Page() { return <p />; }\nexport function Component() { fetch('/lazy'); return <p />; }`,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('ui_page'))).toEqual([
      'ui_page /shop children.tsx:4',
      'ui_page /shop/cart children.tsx:4',
      'ui_page /lazy router.tsx:6',
    ]);
    expect(edgesOf(result, 'handles')).toEqual(
      expect.arrayContaining(['children.tsx:4 -> children.tsx:3 certain', 'router.tsx:6 -> page.tsx:2 certain']),
    );
  });

  it('are one for each item of a list that is mapped to routes', async () => {
    const pages = await pagesOf({
      'app.tsx': `
import { Route, Routes } from 'react-router-dom';
const A = () => <p />;
const routes = [{ path: 'a', page: A }, { path: 'b', page: A }];
export const App = () => <Routes><Route path="/x">{routes.map((route) => <Route path={route.path} element={<route.page />} />)}</Route></Routes>;`,
    });
    expect(pages).toEqual(['ui_page /x/a app.tsx:4', 'ui_page /x/b app.tsx:4']);
  });

  it('are not made of an own component that happens to be called Route', async () => {
    const pages = await pagesOf({
      'app.tsx': `const Route = (props) => <p>{props.path}</p>;\nexport const App = () => <Route path="/x" element={<p />} />;`,
    });
    expect(pages).toEqual([]);
  });
});

describe('Next.js', () => {
  const PACKAGE = '{ "dependencies": { "next": "15.0.0" } }';

  it('pages and handlers have the path of their file', async () => {
    const result = await scanFiles({
      'package.json': PACKAGE,
      'app/(shop)/items/[id]/page.tsx': `export default async function Item() { await fetch('/api/items/1'); return <p />; }`,
      'app/api/items/[id]/route.ts': `export async function GET(request: Request) { return Response.json({}); }\nexport const helper = 1;`,
      'app/layout.tsx': 'export default function Layout() { return <p />; }',
      'pages/about/index.tsx': 'export default function About() { return <p />; }',
      'pages/_app.tsx': 'export default function App() { return <p />; }',
      'pages/api/ping.ts': 'export default function handler(req, res) { res.json({}); }',
    });
    expect(operationsOf(result).filter((line) => !line.startsWith('data_'))).toEqual([
      'ui_page /items/[id] app/(shop)/items/[id]/page.tsx:1',
      'api_call GET /api/items/1 app/(shop)/items/[id]/page.tsx:1',
      'api_endpoint GET api/items/[id] app/api/items/[id]/route.ts:1',
      'ui_page /about pages/about/index.tsx:1',
      'api_endpoint ANY api/ping pages/api/ping.ts:1',
    ]);
    expect(edgesOf(result, 'requests')).toEqual([
      'app/(shop)/items/[id]/page.tsx:1 -> app/api/items/[id]/route.ts:1 certain',
    ]);
  });

  it('is not seen in packages that do not depend on it', async () => {
    const result = await scanFiles({
      'package.json': '{}',
      'pages/about.tsx': `export default function About() { return <p />; }`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});
