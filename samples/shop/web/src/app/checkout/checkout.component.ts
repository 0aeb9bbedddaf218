import { CurrencyPipe } from '@angular/common';
import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { CartService } from '../services/cart.service';
import { OrderService } from '../services/order.service';

@Component({
  selector: 'shop-checkout',
  standalone: true,
  imports: [CurrencyPipe, FormsModule],
  templateUrl: './checkout.component.html',
})
export class CheckoutComponent {
  private readonly orderService = inject(OrderService);
  private readonly router = inject(Router);
  protected readonly cart = inject(CartService);

  protected email = '';
  protected couponCode = '';
  protected readonly discount = signal(0);
  protected readonly total = computed(() => this.cart.total() * (1 - this.discount() / 100));

  applyCoupon(): void {
    this.orderService.checkCoupon(this.couponCode).subscribe({
      next: (coupon) => this.discount.set(coupon.percent),
      error: () => this.discount.set(0),
    });
  }

  placeOrder(): void {
    const lines = this.cart.lines().map(({ productId, quantity }) => ({ productId, quantity }));
    const order = { email: this.email, couponCode: this.couponCode || null, lines };
    this.orderService.place(order).subscribe(() => {
      this.cart.clear();
      void this.router.navigateByUrl('/orders');
    });
  }
}
