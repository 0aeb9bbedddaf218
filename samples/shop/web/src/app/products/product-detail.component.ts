import { CurrencyPipe } from '@angular/common';
import { Component, OnInit, inject, input, numberAttribute, signal } from '@angular/core';
import { Product } from '../models/product';
import { CartService } from '../services/cart.service';
import { ProductService } from '../services/product.service';

@Component({
  selector: 'shop-product-detail',
  standalone: true,
  imports: [CurrencyPipe],
  template: `
    @if (product(); as product) {
      <h1>{{ product.name }}</h1>
      <p>{{ product.description }}</p>
      <p>{{ product.price | currency }} in {{ product.categoryName }}</p>
      <button type="button" (click)="cart.add(product)">Add to cart</button>
    } @else {
      <p>Loading …</p>
    }
  `,
})
export class ProductDetailComponent implements OnInit {
  private readonly productService = inject(ProductService);
  protected readonly cart = inject(CartService);

  readonly id = input.required({ transform: numberAttribute });
  protected readonly product = signal<Product | undefined>(undefined);

  ngOnInit(): void {
    this.productService.get(this.id()).subscribe((product) => this.product.set(product));
  }
}
