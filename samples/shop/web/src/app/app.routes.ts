import { Routes } from '@angular/router';
import { ProductListComponent } from './products/product-list.component';

export const routes: Routes = [
  { path: '', component: ProductListComponent, title: 'Products' },
  {
    path: 'products/:id',
    loadComponent: () => import('./products/product-detail.component').then((m) => m.ProductDetailComponent),
    title: 'Product',
  },
  {
    path: 'cart',
    loadComponent: () => import('./cart/cart.component').then((m) => m.CartComponent),
    title: 'Cart',
  },
  {
    path: 'checkout',
    loadComponent: () => import('./checkout/checkout.component').then((m) => m.CheckoutComponent),
    title: 'Checkout',
  },
  {
    path: 'orders',
    loadComponent: () => import('./orders/order-list.component').then((m) => m.OrderListComponent),
    title: 'My orders',
  },
  { path: '**', redirectTo: '' },
];
