import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { CartService } from './services/cart.service';

@Component({
  selector: 'shop-root',
  standalone: true,
  imports: [RouterLink, RouterOutlet],
  template: `
    <header>
      <a routerLink="/">Products</a>
      <a routerLink="/orders">My orders</a>
      <a routerLink="/cart">Cart ({{ cart.count() }})</a>
    </header>
    <main><router-outlet /></main>
  `,
})
export class AppComponent {
  protected readonly cart = inject(CartService);
}
