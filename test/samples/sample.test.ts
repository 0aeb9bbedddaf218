import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EngineResult, scan } from '#engine/scan.ts';
import type { EdgeKind, GraphNode, NodeKind } from '#protocol/graph.ts';

const SHOP = join(import.meta.dirname, '../../samples/shop');

interface Hop {
  by: EdgeKind;
  to: NodeKind;
  /** End of the file's path. */
  file: string;
  /** Source text on the node's first line. */
  line: string;
}

let result: EngineResult;

beforeAll(async () => {
  const request = { roots: [{ name: 'shop', path: SHOP }] };
  result = await scan(request, { onProgress: () => undefined, signal: new AbortController().signal });
});

function firstLine(node: GraphNode): string {
  return readFileSync(join(SHOP, node.file), 'utf8').split('\n')[node.start_line - 1] ?? '';
}

function nodeAt(kind: NodeKind, file: string, line: string): GraphNode {
  const found = result.nodes.filter(
    (node) => node.kind === kind && node.file.endsWith(file) && firstLine(node).includes(line),
  );
  expect(found, `${kind} at "${line}" in ${file}`).toHaveLength(1);
  return found[0]!;
}

/** Follows the hops along edges and gives the nodes reached; a hop that does not exist fails the test by name. */
function follow(entry: GraphNode, hops: Hop[]): GraphNode[] {
  const path = [entry];
  for (const hop of hops) {
    const source = path.at(-1)!;
    const targets = result.edges
      .filter((edge) => edge.source === source.id && edge.kind === hop.by)
      .map((edge) => result.nodes.find((node) => node.id === edge.target)!);
    const target = targets.find(
      (node) => node.kind === hop.to && node.file.endsWith(hop.file) && firstLine(node).includes(hop.line),
    );
    expect(target, `${source.kind} ${source.name} ${hop.by} ${hop.to} "${hop.line}" in ${hop.file}`).toBeDefined();
    path.push(target!);
  }
  return path;
}

function workflowOf(entry: GraphNode) {
  const workflow = result.workflows.find((candidate) => candidate.entry === entry.id);
  expect(workflow, `workflow of ${entry.name}`).toBeDefined();
  return workflow!;
}

const ORDER_LIST = 'orders/order-list.component.ts';
const CHECKOUT = 'checkout/checkout.component.ts';

describe('the sample shop', () => {
  it('leads from a click through the call, the controller and the injected interface to the table', () => {
    const click = nodeAt('ui_action', ORDER_LIST, '(click)="cancel(order)"');
    const path = follow(click, [
      { by: 'handles', to: 'function', file: ORDER_LIST, line: 'cancel(order: Order)' },
      { by: 'calls', to: 'function', file: 'web/src/app/services/order.service.ts', line: 'cancel(id: number)' },
      { by: 'performs', to: 'api_call', file: 'order.service.ts', line: 'this.http.delete' },
      { by: 'requests', to: 'api_endpoint', file: 'OrdersController.cs', line: '[HttpDelete("{id:int}")]' },
      { by: 'handles', to: 'function', file: 'OrdersController.cs', line: 'Cancel(int id)' },
      { by: 'calls', to: 'function', file: 'Services/OrderService.cs', line: 'CancelAsync(int id)' },
      { by: 'performs', to: 'database_write', file: 'OrderService.cs', line: '_context.Orders.Remove(order)' },
      { by: 'accesses', to: 'table', file: 'Entities/Order.cs', line: 'class Order' },
    ]);
    const workflow = workflowOf(click);
    expect(workflow.steps.map((step) => step.node)).toEqual(expect.arrayContaining(path.map((node) => node.id)));
    expect(workflow.writes).toEqual(expect.arrayContaining(['OrderItems', 'shop_orders']));
  });

  it('shows all that placing an order does', () => {
    const submit = nodeAt('ui_action', 'checkout.component.html', '(ngSubmit)="placeOrder()"');
    const toService: Hop[] = [
      { by: 'handles', to: 'function', file: CHECKOUT, line: 'placeOrder()' },
      { by: 'calls', to: 'function', file: 'services/order.service.ts', line: 'place(order: NewOrder)' },
      { by: 'performs', to: 'api_call', file: 'order.service.ts', line: 'this.http.post' },
      { by: 'requests', to: 'api_endpoint', file: 'OrdersController.cs', line: '[HttpPost]' },
      { by: 'handles', to: 'function', file: 'OrdersController.cs', line: 'Place(NewOrderDto order' },
      { by: 'calls', to: 'function', file: 'Services/OrderService.cs', line: 'PlaceAsync(NewOrderDto newOrder' },
    ];
    follow(submit, [
      ...toService,
      { by: 'performs', to: 'database_write', file: 'OrderService.cs', line: '_context.Orders.Add(order)' },
    ]);
    follow(submit, [
      ...toService,
      { by: 'calls', to: 'function', file: 'PaymentGateway.cs', line: 'ChargeAsync(' },
      { by: 'performs', to: 'api_call', file: 'PaymentGateway.cs', line: 'PostAsJsonAsync' },
    ]);
    follow(submit, [
      ...toService,
      { by: 'calls', to: 'function', file: 'InvoiceWriter.cs', line: 'WriteAsync(Order order' },
      { by: 'performs', to: 'file_write', file: 'InvoiceWriter.cs', line: 'File.WriteAllLinesAsync' },
    ]);
    const workflow = workflowOf(submit);
    expect(workflow.reads).toEqual(expect.arrayContaining(['Customers', 'Products']));
    expect(workflow.writes).toContain('shop_orders');
  });

  it('joins the coupon button to the minimal API', () => {
    const click = nodeAt('ui_action', 'checkout.component.html', '(click)="applyCoupon()"');
    follow(click, [
      { by: 'handles', to: 'function', file: CHECKOUT, line: 'applyCoupon()' },
      { by: 'calls', to: 'function', file: 'services/order.service.ts', line: 'checkCoupon(code: string)' },
      { by: 'performs', to: 'api_call', file: 'order.service.ts', line: '/coupons/' },
      { by: 'requests', to: 'api_endpoint', file: 'CouponEndpoints.cs', line: 'MapGet("/{code}"' },
    ]);
    expect(workflowOf(click).reads).toEqual(['Coupons']);
  });

  it('keeps the cart in the browser', () => {
    const click = nodeAt('ui_action', 'product-list.component.html', '(click)="addToCart(product)"');
    const reached = workflowOf(click).steps.map((step) => result.nodes.find((node) => node.id === step.node));
    const writes = reached.filter((node) => node?.kind === 'cache_write');
    expect(writes.map((node) => node?.file)).toContain('web/src/app/services/cart.service.ts');
  });

  it('leads from the React form to the file of the Express service', () => {
    const refresh = nodeAt('ui_action', 'ReviewPage.tsx', 'onClick={() => load()}');
    const reached = workflowOf(refresh).steps.map((step) => result.nodes.find((node) => node.id === step.node));
    expect(reached.map((node) => node?.kind)).toEqual(
      expect.arrayContaining(['ui_action', 'api_call', 'api_endpoint', 'file_read']),
    );
  });

  it('knows the tables, also the one that is mapped by hand', () => {
    expect(result.schemas.map((schema) => `${schema.entity} ${schema.table}`).toSorted()).toEqual([
      'Category Categories',
      'Coupon Coupons',
      'Customer Customers',
      'Order shop_orders',
      'OrderItem OrderItems',
      'Product Products',
    ]);
  });

  it('accounts for every file', () => {
    const { found, scanned, skipped, failed } = result.files;
    expect(failed).toEqual([]);
    expect(found).toBe(scanned + skipped.length);
  });
});
