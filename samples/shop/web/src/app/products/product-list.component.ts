import { CurrencyPipe } from '@angular/common';
import { Component, OnInit, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { Product } from '../models/product';
import { CartService } from '../services/cart.service';
import { ProductService } from '../services/product.service';

@Component({
  selector: 'shop-product-list',
  standalone: true,
  imports: [CurrencyPipe, FormsModule, RouterLink],
  templateUrl: './product-list.component.html',
})
export class ProductListComponent implements OnInit {
  private readonly productService = inject(ProductService);
  private readonly cart = inject(CartService);

  protected readonly products = signal<Product[]>([]);
  protected text = '';

  ngOnInit(): void {
    this.search();
  }

  search(): void {
    this.productService.search(this.text).subscribe((products) => this.products.set(products));
  }

  addToCart(product: Product): void {
    this.cart.add(product);
  }
}
