-- Version 2 of dim_customers: an order counts when it was paid for and not undone.
select
    c.customer_id,
    c.country,
    c.city,
    coalesce(o.good_orders, 0) as orders,
    coalesce(o.good_gross, 0)::decimal(18, 2) as spent,
    o.first_order_on
from ref(stg_customers) as c
left join ref(customer_orders) as o using (customer_id)
