import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printTree } from '#engine/lower/printTree.ts';
import { lowerProto } from '#engine/lower/proto.ts';
import { readProto } from '#engine/lower/protoSyntax.ts';
import { Tree, TreeBuilder } from '#engine/lower/tree.ts';

function lowered(text: string): string {
  const builder = new TreeBuilder();
  return printTree(Tree.of(builder.finish(lowerProto(text, builder))));
}

const BASKET = `syntax = "proto3";
package shop.basket_api; // not this: service Gone { rpc A (B) returns (B); }
/* service Gone2 { } */
import "google/api/annotations.proto";
service Basket {
  option deprecated = true;
  rpc Get (GetRequest) returns (.shop.basket_api.Reply) { option (google.api.http) = { get: "/v1/baskets/{id}" }; }
  rpc Watch (stream GetRequest) returns (stream Reply);
}
message Reply {
  repeated Item items = 1;
  map<string, Item> by_key = 2;
  oneof choice { string user_name = 3; int32 count = 4 [deprecated = true]; }
  message Item { other.pkg.Money price = 1; }
  enum Kind { UNKNOWN = 0; }
  reserved 5, 6;
}
message GetRequest {}
`;

describe('.proto files', () => {
  it('are read for services and messages, without comments and options', () => {
    const file = readProto(BASKET);
    expect(file.package).toBe('shop.basket_api');
    expect(file.services.map(({ name, methods }) => [name.text, methods.map((method) => method.name.text)])).toEqual([
      ['Basket', ['Get', 'Watch']],
    ]);
    const [get, watch] = file.services[0]?.methods ?? [];
    expect(get?.http).toEqual({ verb: 'GET', route: '/v1/baskets/{id}' });
    expect([watch?.requestStream, watch?.responseStream]).toEqual([true, true]);
    expect(file.messages.map(({ name, fields }) => [name.text, fields.map((field) => field.name.text)])).toEqual([
      ['Reply', ['items', 'by_key', 'user_name', 'count']],
      ['GetRequest', []],
    ]);
  });

  it('declare what the C# generator makes of them, at the places of the file', () => {
    const tree = lowered(BASKET);
    expect(tree).toContain('Namespace "Shop.BasketApi"');
    expect(tree).toMatch(/Type "Basket" .*@5:9-9:2/);
    expect(tree).toContain('Type "BasketBase"');
    expect(tree).toMatch(/Function "GetAsync" .*@7:7/);
    expect(tree).toContain('TypeRef "AsyncDuplexStreamingCall"');
    expect(tree).toContain('Field "UserName"');
    expect(tree).toContain('TypeRef "Reply.Types.Item"');
    expect(tree).toContain('TypeRef "Money"');
  });

  it('take the namespace their option names', () => {
    expect(lowered('package a.b;\noption csharp_namespace = "Acme." "Grpc";\nmessage M {}')).toContain(
      'Namespace "Acme.Grpc"',
    );
  });

  it('are read as far down as anybody would nest messages', () => {
    const nested = lowered(`message Deep { ${'message X { '.repeat(20_000)}`);
    expect(nested.split('\n').length).toBeLessThan(3000);
    expect(lowered('message X { oneof y { '.repeat(20_000))).toMatch(/^File/);
  });

  it('never fail to be read, whatever they contain', () => {
    const words =
      'service message rpc A { } ( ) returns ; = "x" " map < oneof repeated option 1 // /* */ stream . extend enum [ ]';
    const pieces = fc.constantFrom('\n', '\uFEFF', ...words.split(' '));
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (found) => {
        expect(lowered(found.join(' '))).toMatch(/^File/);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(lowered(text)).toMatch(/^File/);
      }),
    );
  });
});
