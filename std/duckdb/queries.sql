-- One query a line, over the tables of queries.py. Grouped by what they are about.
-- names and stars
select a, T.B, ref.i as x from ref(t) as ref join ref(t) as t on true
select * from ref(u)
select * exclude (a, K) from ref(u)
select * replace (cast(a as varchar) as a) from ref(u)
select * rename (a as aa) from ref(u)
select u.* from ref(t) join ref(u) on t.i = u.i
select t.a, u.* exclude (a, i, da) from ref(t) join ref(u) on t.i = u.i
select a from ref(t) as x
select x.i, y.i as i2 from ref(t) x, ref(u) y
select zz from ref(t)
select t.zz from ref(t)
select x.a from ref(t)
select a from ref(t), ref(u)
select A from ref(t)
select t from ref(u) as t
select s.x, s.y, t.s.x as z from ref(t)
select "a" from ref(t)
select a as "B c" from ref(t)
select a b, i "C" from ref(t)
select rowid from ref(t)
select * exclude (zz) from ref(u)
select * replace (1 as zz) from ref(u)
select count(*), sum(i), -i, i + 1, i * 2 + 1, upper(v), 'x', 1, 1.5, cast(i as varchar), i::double from ref(t) group by all
-- literals
select 1, 3000000000, 99999999999999999999, 1.5, 0.05, .5, 1e3 as e, true, 'x', null as n
select 1 + 1 as a, 1 + 1.5 as b, 1.5 * 1.5 as c, 1 / 2 as d, 7 // 2 as e, 7 % 2 as f, 2 ** 3 as g, -1 as h
select date '2024-01-01' as a, timestamp '2024-01-01' as b, interval 1 day as c, interval '2' month as d, time '10:00' as e
-- arithmetic
select a + 1 as x, a + 300 as y, 1 + a as z, a * 3000000000 as w, a + b as v from ref(t)
select m + 1 as x, m * 2 as y, m * 1.5 as z, m / 2 as w, m % 2 as v, m + n as q, m * n as r, n * n as p from ref(t)
select i + 1.5 as x, l * 1.5 as y, d * 1.5 as z, f * 2.0 as w, f + 1 as v, h + m as q from ref(t)
select da + 1 as x, da - da as y, da + iv as z, da - iv as w, ts - ts as v, ts + iv as q, da + ti as r, ts - da as p from ref(t)
select iv * 2 as x, iv / 2 as y, iv + iv as z, 2 * iv as w, -iv as v from ref(t)
select i // 2 as x, i / 2 as y, i % 2 as z, i & 1 as w, i << 1 as q, l // i as r from ref(t)
select m // 2 as x, d // 2 as y, i ** 2 as z, a // 2 as w from ref(t)
select -m as x, -a as y, +i as z, ~i as w from ref(t)
select a + i as x, b * l as y, h - l as z, a + d as w, i + f as v from ref(t)
select v + 1 from ref(t)
select da + l from ref(t)
select ts + 1 from ref(t)
select -v from ref(t)
select da * 2 from ref(t)
select bo + 1 from ref(t)
select v - v from ref(t)
select da + da from ref(t)
select ts - 1 from ref(t)
select li + 1 from ref(t)
-- text
select v || 1 as x, v || v as y, 'a' || i as z, da || '' as w from ref(t)
select v like 'x%' as x, v ilike v as y, v not like 'a' as z, v ~ 'a' as w, v similar to 'a' as q, v glob 'a*' as r from ref(t)
select i like 'x' from ref(t)
select da like '2024%' from ref(t)
-- comparisons
select i = 1 as a, i <> l as b, v = 'x' as c, da >= '2024-01-01' as d, ts < da as e, i is null as f, v is not null as g, i is distinct from l as h from ref(t)
select i < v from ref(t)
select da < 5 from ref(t)
select da > i from ref(t)
select ts > l from ref(t)
select bo > 1 as x from ref(t)
select i between 1 and 2 as x, da between '2024-01-01' and '2024-02-01' as y, i in (1, 2) as z, v in ('a', 'b') as w from ref(t)
select da between 1 and 2 from ref(t)
select i and bo as x, not i as y, bo or true as z from ref(t)
select a from ref(t) where i
-- casts
select i::varchar as a, i::decimal as b, i::decimal(4) as c, i::numeric(10, 2) as d, i::int8 as e, i::real as f, i::double precision as g, v::date as h, try_cast(v as int) as k, v::timestamp with time zone as l from ref(t)
select v::int[] as a, v::struct(x int, y varchar) as b, v::map(varchar, int) as c from ref(t)
select ts::date as a, ts::time as b, da::timestamp as c, i::boolean as d from ref(t)
-- case, coalesce
select case when i > 1 then 1 else 2 end as a, case i when 1 then 'x' end as b, case when bo then da else ts end as c, case when bo then a else 1 end as d, case when bo then a else 300 end as e, case when bo then m else 1.555 end as f, case when bo then null else v end as g from ref(t)
select case when bo then i else v end from ref(t)
select case when bo then da else i end from ref(t)
select case when bo then da else '2024-01-01' end as a, case when bo then 'x' else 'y' end as b, case when bo then i else null end as c from ref(t)
select coalesce(i, 1) as a, coalesce(a, 1) as b, coalesce(a, 300) as c, coalesce(i, 1.5) as d, coalesce(m, 0) as e, coalesce(m, 0.001) as f, coalesce(v, 'x') as g, coalesce(da, ts) as h, ifnull(i, 0) as k, nullif(i, 1) as l, coalesce(null, i) as o from ref(t)
select coalesce(v, 1) from ref(t)
select coalesce(da, i) from ref(t)
select greatest(i, 1.5) as a, least(da, ts) as b, if(bo, 1, 2.5) as c from ref(t)
select greatest(v, 1) from ref(t)
-- functions
select abs(m) as a, abs(i) as b, round(m) as c, round(m, 1) as d, round(d, 1) as e, round(i, 1) as f, ceil(m) as g, floor(d) as h, ceil(i) as k, trunc(d) as l, sign(i) as o from ref(t)
select sqrt(i) as a, ln(d) as b, log(i) as c, power(i, 2) as e, exp(i) as f, pi() as g, mod(i, 2) as h, gcd(i, 2) as k from ref(t)
select upper(v) as a, lower(v) as b, trim(v) as c, length(v) as d, substr(v, 1) as e, substring(v from 1 for 2) as f, concat(v, i) as g, concat_ws(',', v, 1) as h, replace(v, 'a', 'b') as k, left(v, 1) as l, lpad(v, 3, '0') as m, reverse(v) as n, position('a' in v) as o, starts_with(v, 'a') as p, contains(v, 'x') as q, split(v, ',') as r, regexp_replace(v, 'a', 'b') as s, regexp_matches(v, 'a') as t, regexp_extract(v, 'a', 1) as u, md5(v) as w, strlen(v) as x, chr(65) as y, ascii(v) as z from ref(t)
select date_trunc('month', da) as a, date_trunc('hour', ts) as b, date_trunc('day', tz) as c, extract(year from da) as d, date_part('month', ts) as e, extract(epoch from ts) as f, year(da) as g, month(ts) as h, strftime(da, '%Y') as k, strptime(v, '%Y') as l, make_date(2024, 1, 1) as m, date_diff('day', da, ts) as n, last_day(da) as o, dayname(da) as p, epoch_ms(ts) as q, to_days(i) as r, age(ts, ts) as s, make_timestamp(2024, 1, 1, 0, 0, 0) as t, hour(ts) as u, isodow(da) as w, quarter(da) as x, to_timestamp(i) as y, week(da) as z from ref(t)
select now() as a, current_date as b, today() as c, current_timestamp as d from ref(t)
select ts at time zone 'UTC' as a, tz at time zone 'UTC' as b from ref(t)
select len(li) as a, li[1] as b, li[1:2] as c, list_contains(li, 1) as d, list_value(1, 2) as e, [1, 2] as f, [1, 2.5] as g, list_sort(li) as h, array_length(li) as k, list_distinct(li) as l, {'p': 1, 'q': 'x'} as o, map {'a': 1} as p, range(3) as q from ref(t)
select j -> 'a' as a, j ->> 'a' as b, json_extract_string(j, 'a') as c, json_extract(j, 'a') as d from ref(t)
select upper(i) from ref(t)
select substr(i, 1) from ref(t)
select uper(v) from ref(t)
select date_trunc('month', v) from ref(t)
select length(i) from ref(t)
select year(v) from ref(t)
select hash(v) as a, typeof(i) as b, random() as c, uuid() as d, format('{}', i) as e, printf('%d', i) as f from ref(t)
-- aggregates
select sum(a) as a, sum(i) as b, sum(l) as c, sum(h) as d, sum(f) as e, sum(d) as f, sum(m) as g, sum(n) as h, sum(bo) as k, avg(i) as l, avg(m) as o, avg(da) as p, min(v) as q, max(m) as r, count(*) as s, count(i) as t, count(distinct v) as u, count_if(bo) as w from ref(t)
select any_value(m) as a, first(v) as b, last(da) as c, list(i) as d, array_agg(m) as e, string_agg(v, ',') as f, bool_and(bo) as g, median(i) as h, median(m) as k, mode(v) as l, stddev(i) as o, corr(i, l) as p, arg_max(v, i) as q, max_by(m, i) as r, quantile_cont(i, 0.5) as s, quantile_disc(i, 0.5) as t, approx_count_distinct(i) as u, percentile_cont(0.5) within group (order by i) as w, product(i) as x, bit_and(i) as y, median(da) as z, var_pop(d) as aa, first(i order by v) as bb from ref(t)
select sum(i) filter (where bo) as a, max(i) filter (bo) as b, string_agg(v, ',' order by i desc) as c from ref(t)
select sum(v) from ref(t)
select sum(da) from ref(t)
select avg(v) from ref(t)
select bool_and(i) from ref(t)
select sum(sum(i)) from ref(t)
select i from ref(t) where sum(i) > 1
select i, count(*) from ref(t)
select i, v, count(*) from ref(t) group by i
select i + 1 as x, count(*) as n from ref(t) group by i
select i + 1 as x, count(*) as n from ref(t) group by i + 1
select i + 1 as x, count(*) as n from ref(t) group by x
select i + 1 as x, count(*) as n from ref(t) group by 1
select i, count(*) as n from ref(t) group by i + 1
select t.i, count(*) as n from ref(t) group by i
select i, sum(l) as n from ref(t) group by all having n > 1
select i from ref(t) group by i having l > 1
select i, sum(l) as n from ref(t) group by i having sum(l) > 1 and i > 2
select sum(i) as k from ref(t) where k > 1
select i % 2 as i, count(*) from ref(t) group by i
select count(*) from ref(t) group by count(*)
select max(i) as i from ref(t) group by i
select * from ref(u) group by a
select i, l from ref(t) group by rollup (i, l)
select i, sum(l) from ref(t) group by grouping sets ((i), ())
select date_trunc('day', ts) as day, count(*) as n from ref(t) group by date_trunc('day', ts)
select upper(v) as v2, count(*) as n from ref(t) group by UPPER(t.v)
select case when i > 1 then 'a' else 'b' end as c, count(*) as n from ref(t) group by case when i > 1 then 'a' else 'b' end
select distinct i, v from ref(t)
select distinct on (i) i, v from ref(t) order by v
-- windows
select row_number() over (order by i) as a, rank() over (partition by v order by i) as b, lag(m) over (order by i) as c, lag(a, 1, 0) over (order by i) as d, sum(i) over (partition by v order by i rows between 1 preceding and current row) as e, count(*) over () as f, first_value(v) over w as g, ntile(4) over (order by i) as h, percent_rank() over (order by i) as k, lead(da) over (order by i) as l, nth_value(v, 2) over w as o, avg(i) over w as p, max(v) over w as q from ref(t) window w as (order by i)
select i from ref(t) qualify row_number() over (partition by v order by i) = 1
select row_number() over (order by i) as r from ref(t) qualify r = 1
select row_number() over (order by i) as r from ref(t) where r = 1
select i from ref(t) where row_number() over (order by i) = 1
select sum(sum(i)) over (order by v) as x, v from ref(t) group by v
select v, sum(i) over (order by v) from ref(t) group by v
-- aliases
select a as x, x + 1 as y from ref(t)
select x + 1 as y, a as x from ref(t)
select i + 1 as i, i as j from ref(t)
select i as k from ref(t) where k > 1
select i as k from ref(t) order by k + 1
select i as k from ref(t) order by zz
select i as k from ref(t) order by l
select i from ref(t) order by 1
-- joins
select * from ref(u) join ref(u) as x using (a, i, k, da, w)
select * from ref(u) left join (select a, i as j from ref(t)) x using (a)
select * from ref(u) right join (select a, i as j from ref(t)) x using (a)
select * from ref(u) full join (select a, i as j from ref(t)) x using (a)
select a from (select a from ref(t)) x right join ref(u) using (a)
select * from (select a, l from ref(t)) x natural join ref(u)
select x.a from ref(t) x semi join ref(u) y using (a)
select y.a from ref(t) x semi join ref(u) y using (a)
select x.i from ref(t) x cross join ref(u) y
select x.i, s.q from ref(t) x, (select x.l as q) s
select x.i, s.q from ref(t) x join lateral (select x.l as q) s on true
select * from ref(u) join ref(t) using (zz)
select x.i from ref(t) x join ref(u) y on x.i = y.zz
select x.i from ref(t) x join ref(u) y on sum(x.i) > 1
select x.i from ref(t) x asof join ref(u) y on x.i = y.i and x.da >= y.da
select a from ref(t) positional join (select k from ref(u)) y
-- queries in queries
with c as (select i, v from ref(t)) select * from c
with c(p, q) as (select i, v from ref(t)) select p, q from c
with c as (select i from ref(t)), e as (select i + 1 as n from c) select n from e
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select n from r
with recursive r(n) as (select 1 union all select n + 1::bigint from r where n < 5) select n from r
with recursive r as (select i, l from ref(t) union select r.i, r.l from r) select * from r
select (select max(i) from ref(t)) as x, (select k from ref(u) limit 1) as y
select i from ref(t) where exists (select 1 from ref(u) where u.i = t.i)
select i from ref(t) where i in (select i from ref(u))
select i from ref(t) where exists (select 1 from ref(u) where u.i = t.zz)
select x from (select i as x from ref(t))
select y from (select i as x from ref(t)) s
select q.x from (select i as x from ref(t)) q
select array(select i from ref(t)) as x
from ref(u)
from ref(u) select k where i > 1
from ref(u) where i > 1
-- set operations
select i from ref(t) union all select l from ref(t)
select i, v from ref(t) union select l, v from ref(t) order by i
select m from ref(t) union all select 1.555
select i from ref(t) union all select v from ref(t)
select null as x union all select i from ref(t)
select 1 as x union all select 'a'
select i, v from ref(t) union all select i from ref(t)
select i as a, v as b from ref(t) union all by name select v as b, l as a from ref(t)
select i as a from ref(t) union all by name select l as z from ref(t)
select i from ref(t) except select i from ref(u)
select i from ref(t) intersect all select a from ref(u) limit 5
select i from ref(t) union all select i from ref(u) order by zz
(select i from ref(t) limit 1) union all (select i from ref(u) limit 1)
values (1, 'a'), (2.5, null)
select * from (values (1, 'a'), (3000000000, 'b')) as x(n, s)
values (1, 2), (3)
-- table functions
select * from range(10)
select r.range from range(10) r
select * from range(10) as r(x)
select * from generate_series(1, 10, 2)
select * from unnest([1, 2]) as u(x)
select i, unnest(li) as x from ref(t)
select i, x from ref(t), unnest(t.li) as un(x)
select * from range(timestamp '2024-01-01', timestamp '2024-02-01', interval 1 day) d(day)
select list_transform(li, x -> x + i) as y, list_filter(li, lambda e: e > 1) as z from ref(t)
select [e + 1 for e in li if e > 1] as y, i from ref(t)
-- more of everything
select u.k, count(*) as n, sum(t.m) as total, min(t.ts) as first_ts from ref(t) as t left join ref(u) as u on u.i = t.i where t.da >= date '2024-01-01' and t.v is not null group by u.k having count(*) > 1 order by n desc, 1 limit 10
with daily as (select date_trunc('day', ts)::date as day, sum(m) as amount from ref(t) group by 1) select day, amount, sum(amount) over (order by day) as running, amount - lag(amount) over (order by day) as diff from daily
select coalesce(sum(m), 0) as total, round(avg(d), 2) as mean, max(da) - min(da) as span, count(*) filter (where bo) * 100.0 / count(*) as pct from ref(t)
select t.*, row_number() over (partition by v order by ts desc) as rn from ref(t) as t qualify rn = 1
select i, list(v order by ts) as vs, string_agg(distinct v, ', ') as names from ref(t) group by i
select case when m > 100 then 'gold' when m > 10 then 'silver' else 'base' end as segment, count(distinct i) as customers from ref(t) group by all order by all
select cast(i as bigint) * 2 as x, cast(m as decimal(18, 2)) as y, try_cast(v as date) as z, m::varchar || '%' as w from ref(t)
select i as id, * exclude (i, li, s, j) from ref(t)
select x.id, y.id as other from (select i as id from ref(t)) x left join (select i as id from ref(u)) y on x.id = y.id and x.id > 1
select i, i in (select i from ref(u) where u.da = t.da) as found from ref(t)
select date_diff('day', min(da), max(da)) + 1 as days, max(ts)::date as d, extract(dow from da) as dow from ref(t) group by da
select t.i from ref(t) group by t.i, t.v having count(*) > avg(t.l)
select i + l as x, sum(i + l) as y from ref(t) group by i + l
select i + l as x from ref(t) group by l + i
select nope(i) as x from ref(t)
select sum(i) / count(*) as x, sum(m) / 2 as y, sum(m) * 2 as z, sum(i) * 2 as w, avg(m) * m as q from ref(t) group by m
select round(m * 1.19, 2) as x, floor(m) as y, m * 0.5 as z, 100 * m as w, m - 1 as q, 1 - m as r, m + m as s2, m * m as u2 from ref(t)
select least(1, 2.5, i) as x, greatest(da, date '2024-01-01') as y from ref(t)
select count(*) over (partition by v) as x, i from ref(t) where i > 0 order by x
select (i > 1) = bo as x, not (i > 1 and bo) as y, (i, l) = (1, 2) as z from ref(t)
select substring(v, 1, 3) as x, v[1:2] as y, left(v, 2) || right(v, 2) as z, split_part(v, '-', 1) as w from ref(t)
select a.i as ai, b.i as bi, c.k from ref(t) a join ref(t) b using (l) left join ref(u) c on c.i = a.i
select l, a.i from ref(t) a join ref(t) b using (l)
select i from ref(t) a join ref(t) b using (l)
select exists (select 1 from ref(u)) as x, (select count(*) from ref(u) where u.i = t.i) as n from ref(t)
select unnest(li) as x, unnest([1, 2]) as y from ref(t)
select i from ref(t) where v = (select max(k) from ref(u))
select i from ref(t) where i > all (select i from ref(u)) and i = any (select i from ref(u))
select 'a' as x where 1 = 1
select sum(x) as s from (values (1), (2)) as q(x)
select y from (select i x from ref(t)) as q(y)
select interval (i) day as x, da + interval (i) day as y, ts - interval '1 hour' as z from ref(t)
select ts::date = da as x, ts >= '2024-01-01' and ts < '2024-02-01'::timestamp as y from ref(t)
select count(i) as c, count(*) - count(i) as missing, sum(case when bo then 1 else 0 end) as yes, avg(case when bo then 1.0 else 0 end) as share from ref(t)
select k, w, rank() over (order by w desc nulls last) as r from ref(u) order by r, k nulls first
select year(da) * 100 + month(da) as ym, strftime(da, '%Y-%m') as label, da - interval 1 year as before from ref(t)
select t.v as v, u.k from ref(t) t full outer join ref(u) u on t.v = u.k where coalesce(t.i, u.i) is not null
select a.v from ref(t) a, ref(u) b where a.i = b.i and v = k
select i, v from ref(t) where (i, v) in (select i, k from ref(u))
select d from ref(t) group by d order by sum(i)
select v as d, sum(d) as s from ref(t) group by v
select sum(i) as i, i + 1 as j from ref(t) group by i
select a from ref(t) order by 99
select (select 1, 2) as x
select i in (select a, i from ref(u)) from ref(t)
select sum(i) over w from ref(t)
select row_number() from ref(t)
select x.i from ref(t) x, ref(u) x
select cast(i as bigimt) from ref(t)
select i from ref(t) where i in ()
select i from ref(t) join ref(u)
-- the 22 queries of TPC-H
select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price, sum(l_extendedprice * (1 - l_discount)) as sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge, avg(l_quantity) as avg_qty, avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order from ref(lineitem) where l_shipdate <= cast('1998-09-02' as date) group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus
select s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment from ref(part), ref(supplier), ref(partsupp), ref(nation), ref(region) where p_partkey = ps_partkey and s_suppkey = ps_suppkey and p_size = 15 and p_type like '%BRASS' and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'EUROPE' and ps_supplycost = (select min(ps_supplycost) from ref(partsupp), ref(supplier), ref(nation), ref(region) where p_partkey = ps_partkey and s_suppkey = ps_suppkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'EUROPE') order by s_acctbal desc, n_name, s_name, p_partkey limit 100
select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority from ref(customer), ref(orders), ref(lineitem) where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey and o_orderdate < cast('1995-03-15' as date) and l_shipdate > cast('1995-03-15' as date) group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate limit 10
select o_orderpriority, count(*) as order_count from ref(orders) where o_orderdate >= cast('1993-07-01' as date) and o_orderdate < cast('1993-10-01' as date) and exists (select * from ref(lineitem) where l_orderkey = o_orderkey and l_commitdate < l_receiptdate) group by o_orderpriority order by o_orderpriority
select n_name, sum(l_extendedprice * (1 - l_discount)) as revenue from ref(customer), ref(orders), ref(lineitem), ref(supplier), ref(nation), ref(region) where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey and c_nationkey = s_nationkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA' and o_orderdate >= cast('1994-01-01' as date) and o_orderdate < cast('1995-01-01' as date) group by n_name order by revenue desc
select sum(l_extendedprice * l_discount) as revenue from ref(lineitem) where l_shipdate >= cast('1994-01-01' as date) and l_shipdate < cast('1995-01-01' as date) and l_discount between 0.05 and 0.07 and l_quantity < 24
select supp_nation, cust_nation, l_year, sum(volume) as revenue from (select n1.n_name as supp_nation, n2.n_name as cust_nation, extract(year from l_shipdate) as l_year, l_extendedprice * (1 - l_discount) as volume from ref(supplier), ref(lineitem), ref(orders), ref(customer), ref(nation) n1, ref(nation) n2 where s_suppkey = l_suppkey and o_orderkey = l_orderkey and c_custkey = o_custkey and s_nationkey = n1.n_nationkey and c_nationkey = n2.n_nationkey and ((n1.n_name = 'FRANCE' and n2.n_name = 'GERMANY') or (n1.n_name = 'GERMANY' and n2.n_name = 'FRANCE')) and l_shipdate between cast('1995-01-01' as date) and cast('1996-12-31' as date)) as shipping group by supp_nation, cust_nation, l_year order by supp_nation, cust_nation, l_year
select o_year, sum(case when nation = 'BRAZIL' then volume else 0 end) / sum(volume) as mkt_share from (select extract(year from o_orderdate) as o_year, l_extendedprice * (1 - l_discount) as volume, n2.n_name as nation from ref(part), ref(supplier), ref(lineitem), ref(orders), ref(customer), ref(nation) n1, ref(nation) n2, ref(region) where p_partkey = l_partkey and s_suppkey = l_suppkey and l_orderkey = o_orderkey and o_custkey = c_custkey and c_nationkey = n1.n_nationkey and n1.n_regionkey = r_regionkey and r_name = 'AMERICA' and s_nationkey = n2.n_nationkey and o_orderdate between cast('1995-01-01' as date) and cast('1996-12-31' as date) and p_type = 'ECONOMY ANODIZED STEEL') as all_nations group by o_year order by o_year
select nation, o_year, sum(amount) as sum_profit from (select n_name as nation, extract(year from o_orderdate) as o_year, l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity as amount from ref(part), ref(supplier), ref(lineitem), ref(partsupp), ref(orders), ref(nation) where s_suppkey = l_suppkey and ps_suppkey = l_suppkey and ps_partkey = l_partkey and p_partkey = l_partkey and o_orderkey = l_orderkey and s_nationkey = n_nationkey and p_name like '%green%') as profit group by nation, o_year order by nation, o_year desc
select c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) as revenue, c_acctbal, n_name, c_address, c_phone, c_comment from ref(customer), ref(orders), ref(lineitem), ref(nation) where c_custkey = o_custkey and l_orderkey = o_orderkey and o_orderdate >= cast('1993-10-01' as date) and o_orderdate < cast('1994-01-01' as date) and l_returnflag = 'R' and c_nationkey = n_nationkey group by c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment order by revenue desc limit 20
select ps_partkey, sum(ps_supplycost * ps_availqty) as value from ref(partsupp), ref(supplier), ref(nation) where ps_suppkey = s_suppkey and s_nationkey = n_nationkey and n_name = 'GERMANY' group by ps_partkey having sum(ps_supplycost * ps_availqty) > (select sum(ps_supplycost * ps_availqty) * 0.0001000000 from ref(partsupp), ref(supplier), ref(nation) where ps_suppkey = s_suppkey and s_nationkey = n_nationkey and n_name = 'GERMANY') order by value desc
select l_shipmode, sum(case when o_orderpriority = '1-URGENT' or o_orderpriority = '2-HIGH' then 1 else 0 end) as high_line_count, sum(case when o_orderpriority <> '1-URGENT' and o_orderpriority <> '2-HIGH' then 1 else 0 end) as low_line_count from ref(orders), ref(lineitem) where o_orderkey = l_orderkey and l_shipmode in ('MAIL', 'SHIP') and l_commitdate < l_receiptdate and l_shipdate < l_commitdate and l_receiptdate >= cast('1994-01-01' as date) and l_receiptdate < cast('1995-01-01' as date) group by l_shipmode order by l_shipmode
select c_count, count(*) as custdist from (select c_custkey, count(o_orderkey) from ref(customer) left outer join ref(orders) on c_custkey = o_custkey and o_comment not like '%special%requests%' group by c_custkey) as c_orders (c_custkey, c_count) group by c_count order by custdist desc, c_count desc
select 100.00 * sum(case when p_type like 'PROMO%' then l_extendedprice * (1 - l_discount) else 0 end) / sum(l_extendedprice * (1 - l_discount)) as promo_revenue from ref(lineitem), ref(part) where l_partkey = p_partkey and l_shipdate >= date '1995-09-01' and l_shipdate < cast('1995-10-01' as date)
with revenue as (select l_suppkey as supplier_no, sum(l_extendedprice * (1 - l_discount)) as total_revenue from ref(lineitem) where l_shipdate >= cast('1996-01-01' as date) and l_shipdate < cast('1996-04-01' as date) group by supplier_no) select s_suppkey, s_name, s_address, s_phone, total_revenue from ref(supplier), revenue where s_suppkey = supplier_no and total_revenue = (select max(total_revenue) from revenue) order by s_suppkey
select p_brand, p_type, p_size, count(distinct ps_suppkey) as supplier_cnt from ref(partsupp), ref(part) where p_partkey = ps_partkey and p_brand <> 'Brand#45' and p_type not like 'MEDIUM POLISHED%' and p_size in (49, 14, 23, 45, 19, 3, 36, 9) and ps_suppkey not in (select s_suppkey from ref(supplier) where s_comment like '%Customer%Complaints%') group by p_brand, p_type, p_size order by supplier_cnt desc, p_brand, p_type, p_size
select sum(l_extendedprice) / 7.0 as avg_yearly from ref(lineitem), ref(part) where p_partkey = l_partkey and p_brand = 'Brand#23' and p_container = 'MED BOX' and l_quantity < (select 0.2 * avg(l_quantity) from ref(lineitem) where l_partkey = p_partkey)
select c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) from ref(customer), ref(orders), ref(lineitem) where o_orderkey in (select l_orderkey from ref(lineitem) group by l_orderkey having sum(l_quantity) > 300) and c_custkey = o_custkey and o_orderkey = l_orderkey group by c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice order by o_totalprice desc, o_orderdate limit 100
select sum(l_extendedprice * (1 - l_discount)) as revenue from ref(lineitem), ref(part) where (p_partkey = l_partkey and p_brand = 'Brand#12' and p_container in ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG') and l_quantity >= 1 and l_quantity <= 1 + 10 and p_size between 1 and 5 and l_shipmode in ('AIR', 'AIR REG') and l_shipinstruct = 'DELIVER IN PERSON') or (p_partkey = l_partkey and p_brand = 'Brand#23' and p_size between 1 and 10)
select s_name, s_address from ref(supplier), ref(nation) where s_suppkey in (select ps_suppkey from ref(partsupp) where ps_partkey in (select p_partkey from ref(part) where p_name like 'forest%') and ps_availqty > (select 0.5 * sum(l_quantity) from ref(lineitem) where l_partkey = ps_partkey and l_suppkey = ps_suppkey and l_shipdate >= cast('1994-01-01' as date) and l_shipdate < cast('1995-01-01' as date))) and s_nationkey = n_nationkey and n_name = 'CANADA' order by s_name
select s_name, count(*) as numwait from ref(supplier), ref(lineitem) l1, ref(orders), ref(nation) where s_suppkey = l1.l_suppkey and o_orderkey = l1.l_orderkey and o_orderstatus = 'F' and l1.l_receiptdate > l1.l_commitdate and exists (select * from ref(lineitem) l2 where l2.l_orderkey = l1.l_orderkey and l2.l_suppkey <> l1.l_suppkey) and not exists (select * from ref(lineitem) l3 where l3.l_orderkey = l1.l_orderkey and l3.l_suppkey <> l1.l_suppkey and l3.l_receiptdate > l3.l_commitdate) and s_nationkey = n_nationkey and n_name = 'SAUDI ARABIA' group by s_name order by numwait desc, s_name limit 100
select cntrycode, count(*) as numcust, sum(c_acctbal) as totacctbal from (select substring(c_phone from 1 for 2) as cntrycode, c_acctbal from ref(customer) where substring(c_phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17') and c_acctbal > (select avg(c_acctbal) from ref(customer) where c_acctbal > 0.00 and substring(c_phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17')) and not exists (select * from ref(orders) where o_custkey = c_custkey)) as custsale group by cntrycode order by cntrycode
select -9223372036854775808 as x, -2147483648 as y, list_value() as z, md5_number_lower('a') as w from ref(t)
select arg_max(li, li) as x, min_by(li, i) as y, arg_min_null(li, li) as z, generate_subscripts(li, 1) as w from ref(t) group by li
select v isnull as x, li && [1] as y, v ^@ 'a' as z, v.upper().substr(1, 2) as w, current_user as u, @i as abs from ref(t)
select nvl(i, 1) as x from ref(t)
select upper() as x from ref(t)
select `i` as x from ref(t)
