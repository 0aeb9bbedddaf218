import { CurrencyPipe } from '@angular/common';
import { Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { CartService } from '../services/cart.service';

@Component({
  selector: 'shop-cart',
  standalone: true,
  imports: [CurrencyPipe],
  templateUrl: './cart.component.html',
})
export class CartComponent {
  protected readonly cart = inject(CartService);
  private readonly router = inject(Router);

  remove(productId: number): void {
    this.cart.setQuantity(productId, 0);
  }

  checkout(): void {
    void this.router.navigate(['/checkout']);
  }
}
