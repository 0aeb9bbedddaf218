import { Injectable, computed, signal } from '@angular/core';
import { CartLine } from '../models/order';
import { Product } from '../models/product';

const STORAGE_KEY = 'shop.cart';

@Injectable({ providedIn: 'root' })
export class CartService {
  private readonly content = signal<CartLine[]>(this.load());

  readonly lines = this.content.asReadonly();
  readonly count = computed(() => this.content().reduce((sum, line) => sum + line.quantity, 0));
  readonly total = computed(() => this.content().reduce((sum, line) => sum + line.price * line.quantity, 0));

  add(product: Product): void {
    const present = this.content().find((line) => line.productId === product.id);
    if (present) {
      this.setQuantity(product.id, present.quantity + 1);
      return;
    }
    const line = { productId: product.id, name: product.name, price: product.price, quantity: 1 };
    this.save([...this.content(), line]);
  }

  setQuantity(productId: number, quantity: number): void {
    const lines = this.content().map((line) => (line.productId === productId ? { ...line, quantity } : line));
    this.save(lines.filter((line) => line.quantity > 0));
  }

  clear(): void {
    localStorage.removeItem(STORAGE_KEY);
    this.content.set([]);
  }

  private load(): CartLine[] {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored ? (JSON.parse(stored) as CartLine[]) : [];
  }

  private save(lines: CartLine[]): void {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(lines));
    this.content.set(lines);
  }
}
