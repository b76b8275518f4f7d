import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dependencyOrder, outsideIds, type Dependent } from '../../src/main/dependency-order.ts'

const graph = (text: string): Dependent[] =>
  text.split(' ').map((item) => {
    const [id = '', after] = item.split('<')
    return { id, ...(after === undefined ? {} : { after: after.split(',') }) }
  })

describe('the order of tasks that wait for each other', () => {
  test('has parents first and moves nothing that need not move', () => {
    expect(dependencyOrder(graph('a b<a c')).order).toEqual([0, 1, 2])
    expect(dependencyOrder(graph('x c<b b<a a y')).order).toEqual([0, 3, 2, 1, 4])
  })

  test('ranks each by the longest chain behind it', () => {
    const items = graph('a b<a c<b d<a e')
    expect(dependencyOrder(items).levels).toEqual([2, 1, 0, 0, 0])
    expect(dependencyOrder(graph('d<a,c c<b b<a a')).levels).toEqual([0, 1, 2, 3])
  })

  test('names the whole chain of a cycle, and only that', () => {
    const caught = (text: string): unknown => {
      try {
        return dependencyOrder(graph(text))
      } catch (error) {
        return error
      }
    }
    expect(caught('a<a')).toMatchObject({
      code: 'E_CYCLE',
      message: 'tasks wait for each other: a -> a',
    })
    expect(caught('x y<x a<y,b b<c c<a')).toMatchObject({
      code: 'E_CYCLE',
      task: 'a',
      message: 'tasks wait for each other: a -> b -> c -> a',
    })
  })

  test('cuts a chain too long to read', () => {
    const ring = Array.from({ length: 50 }, (_, at) => ({
      id: `${at}`,
      after: [`${(at + 1) % 50}`],
    }))
    expect(() => dependencyOrder(ring)).toThrow(
      /^tasks wait for each other: 0 -> 1 .* … 39 more … -> 0$/,
    )
  })

  test('refuses an id that is neither among them nor accepted before', () => {
    expect(() => dependencyOrder(graph('a b<a,old'))).toThrow("b waits for 'old', which is unknown")
    expect(dependencyOrder(graph('a b<a,old'), (id) => id === 'old').levels).toEqual([1, 0])
    expect(outsideIds(graph('a b<a,old c<old'))).toEqual(['old'])
  })

  test('takes a chain of a hundred thousand', () => {
    const length = 100_000
    const chain = Array.from({ length }, (_, at) => ({
      id: `${at}`,
      ...(at === length - 1 ? {} : { after: [`${at + 1}`] }),
    }))
    const { order, levels } = dependencyOrder(chain)
    expect(order[0]).toBe(length - 1)
    expect(levels[length - 1]).toBe(length - 1)
  })

  test('is an order, and the levels are longest chains, for any tasks', () => {
    const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 })
    fc.assert(
      fc.property(edges, fc.nat(), (pairs, turn) => {
        // An edge from a lower number to a higher one, under shuffled places: never a cycle.
        const place = (node: number): number => (node * 5 + turn) % 12
        const items = Array.from({ length: 12 }, (_, at): { id: string; after: string[] } => ({
          id: `${at}`,
          after: [],
        }))
        for (const [one, other] of pairs)
          if (one !== other)
            items[place(Math.max(one, other))]!.after.push(`${place(Math.min(one, other))}`)
        const { order, levels } = dependencyOrder(items)
        expect(order.toSorted((a, b) => a - b)).toEqual([...items.keys()])
        for (const [at, { after }] of items.entries())
          for (const parent of after)
            expect(order.indexOf(Number(parent))).toBeLessThan(order.indexOf(at))
        const behind = (at: number): number =>
          Math.max(
            0,
            ...items.flatMap(({ after }, child) =>
              after.includes(`${at}`) ? 1 + behind(child) : [],
            ),
          )
        expect(levels).toEqual([...items.keys()].map(behind))
      }),
    )
  })
})
