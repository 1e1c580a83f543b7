package main

import (
	"context"
	"fmt"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type itemsCommand struct {
	List  itemsListCommand  `cmd:"" default:"withargs" help:"Show the lists 停止中 (stopped), 対応が必要 (action) and 確認リスト (review)."`
	Close itemsCloseCommand `cmd:"" help:"Mark an item as seen to (対応済みにする)."`
}

type itemsListCommand struct {
	Only   string `enum:"stopped,action,review,all" default:"all" help:"Only one list: stopped, action or review."`
	All    bool   `help:"Closed and cured items too."`
	Search string `help:"Only people whose code or name has this in it." placeholder:"TEXT"`
	JSON   bool   `name:"json" xor:"form" help:"Print JSON."`
	Excel  string `name:"excel" xor:"form" help:"Write them to this file for Excel; a name ending in .csv gives CSV." placeholder:"FILE"`
}

func (cmd *itemsListCommand) Run(ctx context.Context, c *console, g *grammar) error {
	q := connector.ItemQuery{All: cmd.All, Search: cmd.Search}
	if cmd.Only != "all" {
		q.List = cmd.Only
	}
	return with(ctx, c, g, func(s *session) error {
		if cmd.Excel != "" {
			file, err := s.ExportItems(ctx, q, formatOf(cmd.Excel), s.settings.Language)
			return saveExport(c, cmd.Excel, file, err)
		}
		items, err := s.Items(ctx, q)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, items)
		}
		if len(items) == 0 {
			fmt.Fprintln(c.out, "対応が必要な項目はありません")
			return nil
		}
		return output.Table(c.out, itemRows(items))
	})
}

func itemRows(items []connector.Item) [][]string {
	rows := [][]string{{"id", "list", "reason", "", "day", "code", "name", "state", "since", "detail"}}
	for _, i := range items {
		rows = append(rows, []string{fmt.Sprint(i.ID), i.List, i.Reason, i.Japanese, output.Dash(i.Day), output.Dash(i.Code), output.Dash(i.Name),
			i.State, output.Instant(i.Since), detailCell(i)})
	}
	return rows
}

func detailCell(i connector.Item) string {
	var parts []string
	for _, name := range sortedKeys(i.Detail) {
		parts = append(parts, name+": "+i.Detail[name])
	}
	if i.Memo != "" {
		parts = append(parts, "memo: "+i.Memo)
	}
	return strings.Join(parts, "; ")
}

type itemsCloseCommand struct {
	IDs  []int64 `arg:"" name:"id" help:"The items' numbers."`
	Memo string  `required:"" help:"What was done about it." placeholder:"TEXT"`
}

func (cmd *itemsCloseCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if strings.TrimSpace(cmd.Memo) == "" {
		return usage("--memo is empty: say what was done about the item")
	}
	return with(ctx, c, g, func(s *session) error {
		if len(cmd.IDs) > 1 {
			closed, err := s.CloseItems(ctx, cmd.IDs, cmd.Memo)
			if err == nil {
				fmt.Fprintf(c.out, "%d items closed\n", closed)
			}
			return err
		}
		if err := s.CloseItem(ctx, cmd.IDs[0], cmd.Memo); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "item %d closed\n", cmd.IDs[0])
		return nil
	})
}
