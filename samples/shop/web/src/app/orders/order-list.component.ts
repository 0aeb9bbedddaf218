import { CurrencyPipe, DatePipe } from '@angular/common';
import { Component, OnInit, inject, signal } from '@angular/core';
import { Order } from '../models/order';
import { OrderService } from '../services/order.service';

@Component({
  selector: 'shop-order-list',
  standalone: true,
  imports: [CurrencyPipe, DatePipe],
  template: `
    <h1>My orders</h1>
    @for (order of orders(); track order.id) {
      <article>
        <h2>{{ order.number }}, {{ order.placedAt | date }}</h2>
        <p>{{ order.total | currency }}, {{ order.status }}</p>
        @switch (order.status) {
          @case ('Placed') {
            <button type="button" (click)="cancel(order)">Cancel order</button>
          }
          @case ('Paid') {
            <a [href]="'/api/orders/' + order.id + '/invoice'">Invoice</a>
          }
        }
      </article>
    }
  `,
})
export class OrderListComponent implements OnInit {
  private readonly orderService = inject(OrderService);
  protected readonly orders = signal<Order[]>([]);

  ngOnInit(): void {
    this.load();
  }

  cancel(order: Order): void {
    this.orderService.cancel(order.id).subscribe(() => this.load());
  }

  private load(): void {
    this.orderService.list().subscribe((orders) => this.orders.set(orders));
  }
}
